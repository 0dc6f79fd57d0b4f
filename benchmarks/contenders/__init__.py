"""Everything that can be measured, one contender a file; see `benchmarks/contender.py`."""
