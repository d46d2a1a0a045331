"""The commands: each parses, delegates and prints."""

from scaffold.app import app
from scaffold.commands import advise, new, rules, template

__all__ = ["advise", "app", "new", "rules", "template"]
