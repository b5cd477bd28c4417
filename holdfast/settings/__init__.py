"""Settings and the configuration file: read, checked, read anew while people wait."""
