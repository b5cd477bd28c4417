"""Followers of the index's steps, and periodic checks: figures, waits, logs."""
