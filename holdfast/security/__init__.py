"""Sessions, tickets, passwords, and how often somebody may try."""
