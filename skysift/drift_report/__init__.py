"""The report on drift: which flights, when, how much, in what; one HTML file."""
