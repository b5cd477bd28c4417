"""How many calls one core carries: see __main__."""
