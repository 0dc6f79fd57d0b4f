"""The programs of the contenders that are no part of Skysift; each runs in its own environment."""
