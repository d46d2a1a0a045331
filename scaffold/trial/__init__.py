"""Trying a template of one's own with many sets of answers."""
