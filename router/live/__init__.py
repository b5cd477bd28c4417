"""The live index: one function library in Redis, and the typed engine around it."""
