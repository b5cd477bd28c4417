"""What the engine costs and how long it takes: `make bench-router`, one JSON document."""
