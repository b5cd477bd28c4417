"""The machine under a centre: its data folder, its lock, its socket."""
