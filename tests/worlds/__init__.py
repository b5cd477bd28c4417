"""Seeded worlds: real engine, record, intake and webhooks in virtual time, under every fault."""
