"""The HTTP server around the handlers: routes with declared access, the carrier's hooks, pages."""
