"""An independent reading of docs/routing.md, held against the engine event by event."""
