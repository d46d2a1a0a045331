"""What is said of a word that is none of the choices of a question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scaffold.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,2}", re.ASCII)


def not_among(text: str, known: Sequence[str]) -> str:
    """What is wrong with the word: of versions, which are in ascending order, on which side of them it is."""
    versions = [*map(_as_version, known)]
    version = _as_version(text)
    if version and all(versions) and not versions[0] <= version <= versions[-1]:
        side = "too old" if version < versions[0] else "too new"
        longer = next((f"; did you mean {choice!r}?" for choice in known if choice.startswith(text)), "")
        return f"is {side} ({known[0]} to {known[-1]}){longer}"
    return f"is none of {', '.join(known)}{did_you_mean(text, known)}"


def _as_version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("."))) if _VERSION.fullmatch(text) else ()
