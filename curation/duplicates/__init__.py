"""Which frames are the same, or nearly so, among any number of them."""
