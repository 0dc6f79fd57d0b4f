"""Training of the one model a user owns; the only modules of this room that may import torch."""
