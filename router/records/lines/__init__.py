"""The lines of an incident's timeline, one file for each kind (router/records/timeline.py)."""
