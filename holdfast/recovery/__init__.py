"""Keeping a centre whole after a loss: index, spool, callers whom nobody could take."""
