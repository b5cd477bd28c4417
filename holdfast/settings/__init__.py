"""Settings and the configuration file: read, checked, and read again while people wait."""
