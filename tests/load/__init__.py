"""Loads that are run by hand or in `make test-long`: real processes, loopback, bounded in time."""
