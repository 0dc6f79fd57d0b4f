"""Which frames are of no use for labels or for training, and by which measure."""
