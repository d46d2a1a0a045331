"""A yes that a command needs before it does something: asked for at a terminal, by a flag elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.errors import Cancelled
from scaffold.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from scaffold.errors import UsageError


def require_yes(question: str, say: Callable[[], None], refusal: UsageError, *, as_json: bool) -> None:
    """Say what will be done, and ask.

    Args:
        question: What is asked.
        say: Says what the question is about.
        refusal: Raised where nobody can be asked: names the flag that agrees.
        as_json: Whether the command prints JSON, and so asks nothing.

    Raises:
        Cancelled: The user says no.
    """
    ui = Terminal.for_command(as_json=as_json)
    if not ui.can_ask:
        raise refusal
    say()
    if not ui.confirm(question):
        raise Cancelled(chosen=True)
