"""The report of a calibration: one HTML file that needs no network."""
