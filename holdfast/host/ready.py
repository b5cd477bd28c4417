"""A worker's message on its parent's descriptor."""

READY = b"1"
"""It serves."""
LOADED = b"s"
"""Its imports are done; it has only to begin."""
