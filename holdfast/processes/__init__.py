"""The processes of a centre: how each begins, and how it goes."""
