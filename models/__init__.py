"""Frames and the voters that look at them."""
