"""Measure a user's function: what its time goes to, and how many workers of which kind help (docs/adr/0021)."""
