"""A small world of its own: flights it draws, voters trained on them, and how good they are."""
