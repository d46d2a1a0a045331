"""What a rule of the reviewer is, and what it finds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from scaffold.recommend import recommend
from scaffold.review.model import Module
from scaffold.workload import Bound, Design, Shape, Volume, Workload

if TYPE_CHECKING:
    from scaffold.recommend import Recommendation


class Level(str, Enum):
    """Errors are near certain and fail a run; notes are for whoever asks for them, and fail nothing."""

    ERROR = "error"
    NOTE = "note"


Found = tuple[ast.AST, str]
"""Where, and what in particular."""

Check = Callable[[Module], Iterator[Found]]


@dataclass(frozen=True)
class Advice:
    """What the rules of `scaffold advise` say of a workload: the design, why, and the command that writes it."""

    workload: Workload

    @cached_property
    def _recommendation(self) -> Recommendation:
        return recommend(self.workload)

    @property
    def design(self) -> Design:
        """What fits."""
        return self._recommendation.design

    @property
    def principles(self) -> tuple[str, ...]:
        """The codes of the principles that decide so."""
        return tuple(citation.code for citation in self._recommendation.decided_by)

    @property
    def command(self) -> str:
        """The command that writes the design into the project around the current directory."""
        return " ".join(["scaffold add", *_flags(self.workload), "--defaults"])

    @property
    def sentence(self) -> str:
        """All of it in a line."""
        return f"{self.design.value} ({' '.join(self.principles)}): {self.command}"


def _flags(work: Workload) -> Iterator[str]:
    """The answers that say this workload, as far as `--defaults` would not say the same."""
    yield f"--shape {work.shape.value}"
    if work.shape in {Shape.ONE_OFF, Shape.MANY_SIMILAR}:
        yield from [] if work.results else ["--no-results"]
        yield from ["--state"] if work.state else []
    if work.shape is Shape.MANY_SIMILAR and work.volume is Volume.FEW:
        yield "--volume few"
    if work.bound is not Bound.IO:
        yield f"--bound {work.bound.value}"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that goes wrong with threads. A code never changes its meaning."""

    code: str
    level: Level
    finds: str
    because: str
    fix: str
    advice: Advice
    check: Check


@dataclass(frozen=True, order=True)
class Finding:
    """A place that meets a rule."""

    path: str
    line: int
    column: int
    """In characters, from 1."""
    code: str
    message: str


@dataclass(frozen=True, order=True)
class Skipped:
    """A file that was not reviewed, and why."""

    path: str
    reason: str
    line: int | None = None


ONE_OFF = Advice(Workload(shape=Shape.ONE_OFF))
WITH_STATE = Advice(Workload(shape=Shape.ONE_OFF, state=True))
WITH_RESULT = Advice(Workload(shape=Shape.ONE_OFF, results=True))
FEW = Advice(Workload(shape=Shape.MANY_SIMILAR))
MANY = Advice(Workload(shape=Shape.MANY_SIMILAR, results=True, volume=Volume.MANY))
DIFFERENT = Advice(Workload(shape=Shape.HETEROGENEOUS, results=True))
SERVICE = Advice(Workload(shape=Shape.SERVICE, state=True, long_running=True))
