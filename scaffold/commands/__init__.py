"""The commands: each parses, delegates and prints."""

from scaffold.app import app
from scaffold.commands import advise, new, rules

__all__ = ["advise", "app", "new", "rules"]
