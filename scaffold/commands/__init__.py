"""The commands: each parses, delegates and prints."""

from scaffold.app import command
from scaffold.commands import (
    add,
    adopt,
    advise,
    check,
    info,
    new,
    probe,
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
    "adopt",
    "advise",
    "check",
    "command",
    "info",
    "new",
    "probe",
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
