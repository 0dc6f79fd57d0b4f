"""Which frames to label next: a sample whose chances are known, spread over what there is."""
