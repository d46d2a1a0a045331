"""Where something in a template is, and what was found there while it was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file. The path is relative to the template's root, with forward slashes; lines count from 1."""

    path: str
    line: int = 1


@dataclass(frozen=True)
class Problem:
    """Something found while reading already, for the rule with this code to report."""

    code: str
    place: Place
    message: str
