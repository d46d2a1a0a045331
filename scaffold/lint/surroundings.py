"""Where in Python source a template prints something: in a name, an import, a string, a docstring or a comment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scaffold.lint.expressions import Raw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

IMPORT: Final = "an import"
NAME: Final = "a name"
STRING: Final = "a string"
DOCSTRING: Final = "a docstring"
COMMENT: Final = "a comment"

_OPENING = re.compile(r"""#|(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"{3}|'{3}|"|')|\n""")
_CLOSING: Final = {
    quote: re.compile(rf"\\.|{quote}" if len(quote) == 3 else rf"\\.|{quote}|\n", re.DOTALL)
    for quote in ('"', "'", '"""', "'''")
}


@dataclass(frozen=True)
class Printed:
    """Something that is printed as it is, and what it is printed into."""

    raw: Raw
    into: str
    """One of the five above."""
    breaking: str
    """The characters that end what it stands in, or change what follows; what is code takes none of them."""


def printed(outputs: Sequence[str | Raw]) -> Iterator[Printed]:
    """Each expression of a Python file, in its order.

    Args:
        outputs: The text between the tags, and what the tags between it print.
    """
    scanner = _Scanner()
    for output in outputs:
        if isinstance(output, Raw):
            yield Printed(output, scanner.place, scanner.breaking)
            scanner.line += "x"
        else:
            scanner.feed(output)


class _Scanner:
    """Reads Python as far as it has to: what is open where the text has come to."""

    def __init__(self) -> None:
        self.line = ""
        """The code of the line that has been begun, without its strings."""
        self._open = ""
        self._is_raw = False
        self._is_docstring = False

    @property
    def place(self) -> str:
        if self._open == "#":
            return COMMENT
        if self._open:
            return DOCSTRING if self._is_docstring else STRING
        return IMPORT if re.match(r"\s*(?:import|from)\s", self.line) else NAME

    @property
    def breaking(self) -> str:
        if self._open in ("", "#"):
            return "\n" if self._open else "\"'\\\n"
        line_end = "\n" if len(self._open) == 1 else ""
        return self._open[0] + line_end + ("" if self._is_raw else "\\")

    def feed(self, text: str) -> None:
        position = 0
        while position < len(text):
            position = self._in_string(text, position) if self._open else self._in_code(text, position)

    def _in_code(self, text: str, start: int) -> int:
        found = _OPENING.search(text, start)
        self.line += text[start : found.start() if found else len(text)]
        if found is None:
            return len(text)
        if found[0] == "\n":
            self.line = ""
        else:
            self._open = found["quote"] or "#"
            self._is_raw = "r" in (found["prefix"] or "").lower()
            self._is_docstring = len(self._open) == 3 and not self.line.strip()
        return found.end()

    def _in_string(self, text: str, start: int) -> int:
        if self._open == "#":
            end = text.find("\n", start)
            self._open = "" if end >= 0 else "#"
            return end if end >= 0 else len(text)
        for found in _CLOSING[self._open].finditer(text, start):
            if not found[0].startswith("\\"):
                self._open = ""
                self.line = "" if found[0] == "\n" else self.line + "s"
                return found.end()
        return len(text)
