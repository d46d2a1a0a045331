"""Copier's format: copier.yml as it is written, and what its choices, types and conditions mean."""
