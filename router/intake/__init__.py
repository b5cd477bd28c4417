"""Arrivals: recorded, then announced to the index; kept on disk if the record is away."""
