"""The incident: its life now (closed, opened again); the rest of its work comes here too."""
