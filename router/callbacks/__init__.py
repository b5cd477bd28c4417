"""Calling people back: at once, or as promised."""
