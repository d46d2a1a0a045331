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
    """Whether `_exclude` keeps a file out: the last pattern that matches it, or a folder that it lies in, decides.

    Copier asks pathspec, whose regular expressions go back and forth: for `*a*a*a*a*a*b` and a name of 120 letters that
    takes half a minute. Templates are read that nobody trusts, so they are matched here in time with their length.
    """
    excluded = False
    parts = _parts(path)
    for pattern in patterns:
        negated = pattern.startswith("!")
        if not pattern.startswith("#") and _excludes(pattern[negated:], parts):
            excluded = not negated
    return excluded


def _excludes(pattern: str, parts: tuple[str, ...]) -> bool:
    wanted = _parts(pattern.replace("[^", "[!"))
    if not wanted:
        return False
    ends = range(1, len(parts) + 1)
    if pattern.endswith("/") or (wanted[-1] == "**" and set(wanted) != {"**"}):  # what is below folders
        ends = ends[:-1]
    elif wanted[-1] == "*" and "/" in pattern:  # what is in a folder, and not further below
        ends = ends[-1:]
    if "/" not in pattern.rstrip("/"):
        wanted = ("**", *wanted)
    return any(_match(wanted, parts[:end]) for end in ends)


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
