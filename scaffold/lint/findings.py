"""What a rule of the linter is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Union

from scaffold.copierfmt.value import Place
from scaffold.text import clipped

if TYPE_CHECKING:
    from scaffold.lint.source import Source


class Severity(str, Enum):
    """How much a finding matters: errors fail, warnings where that is asked for, notes nothing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, order=True)
class Finding:
    """A line that meets a rule, and what to do about it."""

    path: str
    line: int
    code: str
    message: str
    remedy: str


Found = Union[tuple[Place, str], tuple[Place, str, str]]
"""Where, what in particular, and its own remedy where that of the rule does not fit every place."""

Check = Callable[["Source"], Iterator[Found]]


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a template. A code never changes its meaning."""

    code: str
    severity: Severity
    finds: str
    because: str
    remedy: str
    url: str
    check: Check

    def findings(self, source: Source) -> Iterator[Finding]:
        """Where the template meets the rule."""
        for place, message, *own in self.check(source):
            remedy = clipped(own[0]) if own else self.remedy
            yield Finding(clipped(place.path), place.line, self.code, clipped(message), remedy)


def rule(  # noqa: PLR0913  # a row of a table
    code: str, severity: Severity, *, finds: str, because: str, remedy: str, url: str
) -> Callable[[Check], Rule]:
    """Make a rule of a function that yields places and messages."""

    def make(check: Check) -> Rule:
        return Rule(code, severity, finds, because, remedy, url, check)

    return make


def read_before(code: str) -> Check:
    """A check that hands on what was found while reading."""

    def check(source: Source) -> Iterator[Found]:
        return ((problem.place, problem.message) for problem in source.problems if problem.code == code)

    return check
