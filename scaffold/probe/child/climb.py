"""How many workers: double them while it pays, then close in. Pure, given a function that measures one level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from .level import Level

GAIN = 1.15  # a doubling that brings less ends the climb
NEAR = 0.92  # of the best: the smallest number that reaches it is taken, within 15% of the best with room for noise
_STEEP = 0.85  # of what twice the workers would bring at best: from there on, fewer will not do


class Bench(Protocol):
    """What measures levels."""

    def level(self, count: int, *, again: bool = False) -> Level | None:
        """The level of so many workers; None where no calls are left for it.

        It is measured once, unless `again`: then the faster counts, since what disturbs only slows.
        """

    def has_time(self, slices: float) -> bool:
        """Whether there is time for so many slices more."""

    @property
    def why_out(self) -> str:
        """Why no calls are left, where `level` gave none."""


class Limit(NamedTuple):
    """How far a climb may go."""

    workers: int
    why: str


@dataclass(frozen=True)
class Climb:
    """Where a climb arrived."""

    best: Level
    """The smallest level that is near the fastest."""
    ended: str
    """Why not more."""
    is_whole: bool
    """Whether the function ended it, not the lack of time or calls."""


def allowed_failures(one: Level, calls: int) -> float:
    """The share of failures above which more fail than with one worker, beyond chance."""
    share = (one.errors * one.calls + 1) / (one.calls + 2)
    return one.errors + 0.03 + 3 * math.sqrt(share * (1 - share) * (1 / one.calls + 1 / calls))


def climb(bench: Bench, one: Level, limit: Limit, *, is_long: bool = False, insists: bool = True) -> Climb:
    """Find the smallest number of workers that is near the best.

    Args:
        bench: What measures.
        one: One worker.
        limit: How many may be tried.
        is_long: Whether a call takes longer than a level should: then fewer levels are tried.
        insists: Whether a level that did not gain is measured once more, so that a disturbance does not end the climb.
    """
    tried = {1: one}
    ended, is_whole = _doubled(bench, tried, limit, is_long=is_long, insists=insists)
    return Climb(_closed_in(bench, tried), ended, is_whole)


def _doubled(bench: Bench, tried: dict[int, Level], limit: Limit, *, is_long: bool, insists: bool) -> tuple[str, bool]:
    """Climb, adding what was tried; why it ended, and whether the function was the reason."""
    one, count = tried[1], 1
    while count < limit.workers:
        if not bench.has_time(0.5 if is_long else 2):
            return "the time was up while more workers still helped: a larger --budget tries more", False
        before, count = tried[count], min(limit.workers, count * (4 if is_long and count > 1 else 2))
        level = bench.level(count)
        if level and insists and _gained_little(level, before) and not _fails_more(one, level) and bench.has_time(2):
            level = bench.level(count, again=True)
        if level is None:
            return bench.why_out, False
        if _fails_more(one, level):
            return f"with {count} at once more calls fail: {level.errors:.0%} ({level.error})", True
        tried[count] = level
        if _gained_little(level, before):
            return _said(level, before, one), True
    return limit.why, True


def _gained_little(level: Level, before: Level) -> bool:
    return level.rate < GAIN * before.rate


def _fails_more(one: Level, level: Level) -> bool:
    return level.errors > allowed_failures(one, level.calls)


def _said(level: Level, before: Level, one: Level) -> str:
    kind = "threads" if level.kind == "thread" else "processes"
    return (
        f"{level.workers} {kind} do {level.rate / max(before.rate, 1e-9):.2f} times the work of {before.workers},"
        f" and a call takes {level.wall / one.wall:.1f} times as long"
    )


def _closed_in(bench: Bench, tried: dict[int, Level]) -> Level:
    """The smallest level near the fastest, looked for between two that were tried as long as fewer might do."""
    one, top = tried[1], max(level.rate for level in tried.values())
    high = min(count for count in tried if tried[count].rate >= NEAR * top)
    low = max((count for count in tried if count < high), default=1)
    while (
        high - low > max(1, high // 6)
        and tried[high].rate < _STEEP * high / low * tried[low].rate
        and bench.has_time(2)
    ):
        guess = math.ceil(NEAR * top * one.wall)  # Little's law: a worker brings at most 1 / wall
        middle = guess if low < guess < high else (low + high) // 2
        level = bench.level(middle)
        if level is None:
            break
        tried[middle] = level
        low, high = (low, middle) if level.rate >= NEAR * top else (middle, high)
    return tried[high]
