"""Trials: replay and simulation of the real engine in virtual time."""
