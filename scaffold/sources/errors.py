"""What can go wrong on the way to a team's template and somebody catches: its name, its source, its catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.errors import Refused, did_you_mean
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class UnknownTemplate(Refused):
    """A word that is neither a template's name nor a source."""

    def __init__(self, text: str, known: Iterable[str]) -> None:
        near = did_you_mean(text, known)
        super().__init__(
            f"there is no template {text!r}{near or '; scaffold template list shows the names'}"
            " (or give a folder, a git URL, gh:OWNER/REPOSITORY or gl:GROUP/REPOSITORY)"
        )


class BadSource(Refused):
    """A text that names no source."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"template source {text!r}", reason)


class Unreachable(Refused):
    """A source that cannot be read."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(
            f"cannot read {source}:",
            f"{one_line(reason).rstrip('.')}; check the address and your access"
            f" (git ls-remote {source} shows the same)",
        )


class CatalogueFault(Refused):
    """A catalogue that cannot be used as it is."""

    def __init__(self, place: str | Path, reason: str, line: int | None = None) -> None:
        super().__init__(f"{place}:{line}:" if line else f"{place}:", reason)
