"""Repositories found on this disk, whose ever they are: looked at without running git with their configuration."""
