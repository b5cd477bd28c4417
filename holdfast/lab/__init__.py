"""Beside the centre: simulations, replays, triage of lines, what corrections teach."""
