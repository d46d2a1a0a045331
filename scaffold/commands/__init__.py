"""The commands: each parses, delegates and prints."""

from scaffold.app import app
from scaffold.commands import advise, check, new, rules, template, undo, update

__all__ = ["advise", "app", "check", "new", "rules", "template", "undo", "update"]
