"""Access: accounts, passwords, sessions, tries."""
