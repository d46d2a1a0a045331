"""Asking a foreign template's questions in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.errors import Cancelled
from scaffold.reports import output

if TYPE_CHECKING:
    from scaffold.foreign.questions import Prompt


def ask(prompt: Prompt) -> object:
    """Ask one question.

    Raises:
        Cancelled: Ctrl-C or Ctrl-D.
    """
    if prompt.problem:
        output.say_note(f"{prompt.name}: {prompt.problem}")
    try:
        return _widget(prompt).unsafe_ask()
    except (KeyboardInterrupt, EOFError) as error:
        raise Cancelled from error


def _widget(prompt: Prompt) -> Any:  # noqa: ANN401  # questionary's own types name no answer
    import questionary

    if prompt.kind == "confirm":
        return questionary.confirm(prompt.message, default=prompt.default is True)
    if prompt.kind == "password":
        return questionary.password(prompt.message, default=str(prompt.default))
    if prompt.kind in ("select", "checkbox"):
        choices = [
            questionary.Choice(
                choice.label,
                choice.number,
                disabled=choice.disabled or None,
                checked=prompt.kind == "checkbox" and choice.is_default,
            )
            for choice in prompt.choices
        ]
        if prompt.kind == "checkbox":
            return questionary.checkbox(prompt.message, choices)
        default = next((c for c, asked in zip(choices, prompt.choices, strict=True) if asked.is_default), None)
        return questionary.select(prompt.message, choices, default=default)
    return questionary.text(
        prompt.message, default=str(prompt.default), multiline=prompt.multiline, placeholder=prompt.placeholder or None
    )
