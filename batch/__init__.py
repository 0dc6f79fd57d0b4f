"""Jobs over many files: sources, the gate, tables."""
