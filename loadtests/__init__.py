"""Clients as they are in the field, and whether they are answered right."""
