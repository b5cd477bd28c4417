"""Faults put into the product on purpose, to see whether the tests notice (docs/faults.md)."""
