"""What comes in: recorded, then announced to the index; kept on disk meanwhile."""
