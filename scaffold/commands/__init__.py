"""The commands: each parses, delegates and prints."""

from scaffold.app import command
from scaffold.commands import (
    add,
    advise,
    check,
    new,
    review,
    rules,
    template,
    template_authoring,
    template_lint,
    template_names,
    template_test,
    undo,
    update,
)

__all__ = [
    "add",
    "advise",
    "check",
    "command",
    "new",
    "review",
    "rules",
    "template",
    "template_authoring",
    "template_lint",
    "template_names",
    "template_test",
    "undo",
    "update",
]
