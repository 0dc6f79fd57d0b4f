"""The data loop: a manifest of frames, and what is clean, worth a label, mislabelled, balanced."""
