"""A worker's message on its parent's descriptor."""

READY = b"1"
"""It serves."""
