"""Text in lines that fit a terminal: broken between words, for a terminal itself would break them anywhere."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TYPE_CHECKING, Final

from scaffold.text import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

_WIDEST: Final = 100  # columns of running text
_NARROWEST: Final = 20


def room(stream: TextIO | None = None) -> os.terminal_size:
    """The columns and lines that there are, whatever the environment says; a usual size where nobody knows."""
    try:
        return os.get_terminal_size((stream or sys.stdout).fileno())
    except (OSError, ValueError, AttributeError):
        return os.terminal_size((80, 24))


def wrapped(text: str, indent: str = "  ", hanging: str = "") -> list[str]:
    """Running text in lines for the terminal, each with an indent, and those that continue another with one more."""
    width = max(_NARROWEST, min(_WIDEST, room().columns - 1))
    return [piece for line in text.split("\n") for piece in _pieces(line, width, indent, indent + hanging)]


def folded(text: str, columns: int) -> str:
    """Lines as they are where they fit; longer ones continue below their own beginning, a little further in."""
    lines: list[str] = []
    for line in text.split("\n"):
        inner = line.lstrip(" ")
        start = line[: len(line) - len(inner)]
        lines += [line] if len(line) <= columns else _pieces(inner, max(_NARROWEST, columns), start, f"{start}  ")
    return "\n".join(lines)


def prose(text: str, stream: TextIO) -> str:
    """Text for a stream: on a terminal wrapped, but for lines that are set in, which hold commands to be copied."""
    if not stream.isatty():
        return text
    columns = room(stream).columns
    return "\n".join(line if line.startswith(" ") else folded(line, columns) for line in text.split("\n"))


def shows_signs() -> bool:
    """Whether the terminal has letters and signs beyond ASCII."""
    return "utf" in (sys.stdout.encoding or "").lower()


def cut(text: str, columns: int) -> str:
    """As much of a line as fits, and a sign that there is more."""
    if shows_signs():
        return shortened(text, columns)
    return text if len(text) <= columns else f"{text[: columns - 3]}..."


def fitting(values: Sequence[str], columns: int) -> str:
    """As many values in a line as fit, and a sign where there are more; of the first, at least its beginning."""
    between, more = (" · ", "…") if shows_signs() else (" - ", "...")
    if len(between.join(values)) <= columns:
        return between.join(values)
    kept = [*values[:-1]]
    while kept and len(between.join([*kept, more])) > columns:
        kept.pop()
    return between.join([*kept, more]) if kept else cut(values[0], columns)


def _pieces(line: str, width: int, first: str, later: str) -> list[str]:
    """A line in pieces; flags and names with hyphens stay whole."""
    return textwrap.wrap(
        line,
        width,
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=False,
        replace_whitespace=False,
    ) or [""]
