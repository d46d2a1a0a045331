"""Patterns of paths: those of `!include`, and those of `_exclude`, which follow .gitignore."""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def glob_matches(pattern: str, path: str) -> bool:
    """Whether a pattern as pathlib globs it meets a path."""
    return _match(_parts(pattern), _parts(path))


def is_excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether patterns as in .gitignore exclude a path or a folder that it lies in; the last that matches decides."""
    excluded = False
    parts = _parts(path)
    for pattern in patterns:
        negated = pattern.startswith("!")
        body = pattern[negated:]
        wanted = _parts(body)
        if "/" not in body.rstrip("/"):
            wanted = ("**", *wanted)
        if wanted and any(_match(wanted, parts[: end + 1]) for end in range(len(parts))):
            excluded = not negated
    return excluded


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("/") if part not in ("", "."))


@lru_cache(maxsize=20_000)  # fnmatch itself keeps too few, and compiles thousands of them for every file anew
def _matcher(pattern: str) -> Callable[[str], object]:
    return re.compile(fnmatch.translate(pattern)).match


def _match(wanted: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    reachable = {0}  # how many of `parts` the patterns so far can take
    for pattern in wanted:
        if pattern == "**":
            reachable = {end for start in reachable for end in range(start, len(parts) + 1)}
        else:
            reachable = {n + 1 for n in reachable if n < len(parts) and _matcher(pattern)(parts[n])}
    return len(parts) in reachable
