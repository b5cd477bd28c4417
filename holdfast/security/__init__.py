"""Sessions, tickets, passwords, and limits on tries."""
