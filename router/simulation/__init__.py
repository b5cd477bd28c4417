"""The real engine in virtual time: replay of a trace, simulation of a day."""
