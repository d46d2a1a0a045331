"""Measures levels, each in its share of the time and of the calls, and keeps what was measured."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .climb import allowed_failures
from .target import Refused
from .work import Order

if TYPE_CHECKING:
    from collections.abc import Callable

    from .crews import Crew
    from .level import Kind, Level
    from .supply import Supply

    Report = Callable[[str, float], None]
    """Is told what is measured next, and how many seconds that takes."""

_CALLS_EACH = 3  # for each worker at least, of which the first and the last count in part
_BATCH = 0.0005  # seconds: shorter calls are timed in batches of about this length


class Bench:
    """The levels of one measurement, and what is left of its time and calls."""

    def __init__(self, supply: Supply, budget: float, report: Report) -> None:
        """Begin; `budget` is in seconds, and runs from now."""
        self.supply, self._report = supply, report
        self._ends = time.perf_counter() + budget
        self._slice = max(0.2, min(2.0, budget / 20))
        self.levels: dict[tuple[Kind, int], Level] = {}
        self.one: Level
        """One thread: a plain loop."""
        self._is_long = False

    @property
    def is_long(self) -> bool:
        """Whether a call takes longer than a level should."""
        return self._is_long

    def has_time(self, slices: float) -> bool:
        """Whether there is time for so many slices more, beside a call that is under way."""
        return self._ends - time.perf_counter() > slices * self._slice + self.one.wall

    def alone(self, crew: Crew) -> float:
        """Measure one worker.

        Returns:
            How long the very first call took, in seconds; much may be set up in it.

        Raises:
            Refused: No call is allowed, or none succeeds.
        """
        self._report("first call", 0.0)
        cold = crew.run(1, Order(0.0, 0.0), 1, warm=False)
        if cold is None:
            raise Refused("no calls are allowed: raise --max-calls")
        self.one = self.levels["thread", 1] = cold
        if self.has_time(1):
            few = max(5, self.supply.left // 10)
            self.one = self.levels["thread", 1] = crew.run(1, Order(0.0, 0.05), few, warm=False) or cold
        if self.one.errors == 1:
            raise Refused(f"every call fails: {self.one.error}")
        self._is_long = self.one.wall > 1.3 * self._slice
        if not self._is_long:
            self.one = self.levels["thread", 1] = self._measured(crew, 1) or self.one
        return cold.wall

    def level(self, crew: Crew, count: int, *, again: bool = False) -> Level | None:
        """As the bench of a climb says."""
        known = self.levels.get((crew.kind, count))
        if known and not again:
            return known
        level = self._measured(crew, count)
        if level and (known is None or level.rate > known.rate):
            self.levels[crew.kind, count] = level
        return level and self.levels[crew.kind, count]

    def expected(self, count: int) -> float:
        """About how long a level takes, in seconds."""
        return min(2 * self._slice, self._ration(count) * self.one.wall)

    def one_again(self, crew: Crew) -> None:
        """Measure a plain loop once more."""
        self.one = self.level(crew, 1, again=True) or self.one

    def _measured(self, crew: Crew, count: int) -> Level | None:
        calls = self._ration(count)
        if count > 1 and self.supply.left < (count if self.is_long else _CALLS_EACH * count):
            return None  # fewer would be noise
        slices = 1 if self.one.wall < self._slice / 8 and count != 2 else 2
        span = 0.0 if self.is_long else self._slice * slices
        self._report(f"{count} {crew.kind}", 2 * (span + self.one.wall))
        batch = max(1, min(5000, calls // (8 * count), int(_BATCH / max(self.one.wall, 1e-9))))
        order = Order(0.0, span, batch, allowed_failures(self.one, 20))
        return crew.run(count, order, calls, warm=not self.is_long)

    def _ration(self, count: int) -> int:
        """How many calls a level may take: a sixth of what is left, so that something is left for the next.

        Two threads tell most, and take more.
        """
        return max(self.supply.left // (4 if count == 2 else 6), _CALLS_EACH * count)


class OfCrew:
    """The bench of a climb: one crew at the bench of the measurement."""

    def __init__(self, bench: Bench, crew: Crew) -> None:
        self._bench, self._crew = bench, crew

    def level(self, count: int, *, again: bool = False) -> Level | None:
        """As the protocol says."""
        return self._bench.level(self._crew, count, again=again)

    def has_time(self, slices: float) -> bool:
        """As the protocol says."""
        return self._bench.has_time(slices)

    @property
    def why_out(self) -> str:
        """As the protocol says."""
        return self._bench.supply.why_out
