"""The person at the terminal: questions drawn or as plain lines, text on stdout, notes and problems on stderr."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scaffold.reports import advice, output, wrapping

if TYPE_CHECKING:
    from scaffold.drawn import Drawn
    from scaffold.plain import Plain
    from scaffold.recommend import Recommendation
    from scaffold.ui import Line, Page

_LEAST_LINES, _LEAST_COLUMNS = 12, 40  # of a terminal, to draw in


@dataclass(frozen=True)
class Terminal:
    """A `Ui` (scaffold/ui.py) on the standard streams."""

    can_ask: bool

    @classmethod
    def for_command(cls, *, as_json: bool) -> Terminal:
        """That of a command. One that prints JSON asks nothing: its stdout is for a program."""
        seen = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
        return cls(can_ask=seen and not as_json)

    def pick(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """As the protocol says."""
        return _display().pick(page)

    def pick_several(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """As the protocol says."""
        return _display().pick_several(page)

    def line(self, line: Line) -> Any:  # noqa: ANN401  # text or BACK
        """As the protocol says."""
        return _display().line(line)

    def confirm(self, text: str, *, default: bool = False) -> bool:
        """As the protocol says."""
        return _display().confirm(text, default=default)

    def view(self, name: str, text: str) -> None:
        """As the protocol says."""
        _display().view(name, text)

    def show(self, text: str) -> None:
        """As the protocol says."""
        output.say_prose(text)

    def recommend(self, recommendation: Recommendation) -> None:
        """As the protocol says."""
        text = advice.recommendation_text(recommendation, wrapping.room().columns - 1)
        _display().view("", text.replace("**", ""))

    def note(self, text: str) -> None:
        """As the protocol says."""
        output.say_note(text)

    def tell(self, text: str) -> None:
        """As the protocol says; on stderr, where it is in nobody's way."""
        with suppress(OSError):
            output.say_plain(text, to=sys.stderr)

    def warn(self, problem: str) -> None:
        """As the protocol says."""
        output.say_error(problem)


def _display() -> Drawn | Plain:
    """Drawn where the terminal can move its cursor, has room, and nobody asked for plain lines."""
    try:
        size = os.get_terminal_size(sys.stdout.fileno())  # not what the environment says of it
    except (OSError, ValueError):
        size = os.terminal_size((80, 24))
    dumb = os.environ.get("TERM", "") in ("", "dumb") and os.name != "nt"
    small = size.lines < _LEAST_LINES or size.columns < _LEAST_COLUMNS
    if dumb or small or os.environ.get("SCAFFOLD_PLAIN"):
        from scaffold.plain import Plain

        return Plain()
    from scaffold.drawn import Drawn

    return Drawn()
