"""Frames for training, calibration and test, parted so that no part has seen another's."""
