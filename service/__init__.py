"""The HTTP edge: the only room that knows BentoML."""
