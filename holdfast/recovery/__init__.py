"""What keeps a centre whole after a loss: index, spool, those whom nobody could take."""
