"""What people say is on frames: the label file, and the formats that labelling tools speak."""
