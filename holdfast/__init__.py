"""The application around the router: command line, settings, wiring, HTTP server, desk."""

__version__ = "0.1.0"
