"""Numbers about the gate: metrics, and what stands around a voter."""
