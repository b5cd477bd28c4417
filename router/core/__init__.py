"""The pure part of the brain: no clock, no I/O, no randomness, no logging."""
