"""How files get onto the disk: all of them or none, taken back after a kill, undone later (docs/adr/0012)."""
