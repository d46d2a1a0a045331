"""One worker: it calls in a closed loop, and says what its clocks showed."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .clocks import Stopwatch
from .target import described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .target import Function

_FEWEST_FAILURES = 5  # before a share of them means anything


class Mark(NamedTuple):
    """A call, or a batch of short ones: from when to when (seconds), how many, how many of them failed."""

    start: float
    end: float
    calls: int
    failed: int


class Tally(NamedTuple):
    """What a worker did in a level: its marks, its seconds on a CPU and without one, its first error."""

    marks: list[Mark]
    cpu: float
    queue: float
    error: str


class Order(NamedTuple):
    """What workers are told to do."""

    begin: float
    """By `time.perf_counter`, which is the same for all processes; if it is still to come, all begin together."""
    span: float
    """Seconds; each makes one call at least."""
    batch: int = 1
    """How many calls are timed together."""
    most_failing: float = 0.999
    """The share of failures above which all of them end early: here only where every call fails."""


class Arguments(Protocol):
    """Where the arguments of calls come from."""

    def take(self, count: int) -> Sequence[tuple[Any, ...]]:
        """Those of so many calls, or of as many as are left."""


class Watch:
    """Counts the failures of all threads of a level, so that none goes on against a server that refuses."""

    def __init__(self, most_failing: float) -> None:
        self._most, self._calls, self._failures, self._lock = most_failing, 0, 0, threading.Lock()

    def goes_on(self) -> bool:
        """Whether no more calls fail than may."""
        return self._failures < _FEWEST_FAILURES or self._failures <= self._most * self._calls

    def count(self, calls: int, failed: int) -> None:
        """Add what was done."""
        with self._lock:
            self._calls, self._failures = self._calls + calls, self._failures + failed


class _Copies:
    """Whether this process is a copy that the function forked, and that came back from its call."""

    made = False


def _is_copy() -> None:
    _Copies.made = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_is_copy)


def work(function: Function, arguments: Arguments, order: Order, watch: Watch) -> Tally:
    """Call until the span has passed, at least once, unless arguments run out or too many calls fail."""
    marks: list[Mark] = []
    first_error = ""
    stopwatch, now = Stopwatch(), time.perf_counter()
    if now < order.begin:
        time.sleep(order.begin - now)
        now = order.begin  # whoever is late had no CPU, or waited for the GIL: that counts
    while (now < order.begin + order.span or not marks) and watch.goes_on():
        jobs, failed = arguments.take(order.batch), 0
        if not jobs:
            break
        for job in jobs:
            try:
                function(*job)
            except BaseException as error:  # noqa: PERF203  # SystemExit and the like would end this thread
                failed += 1
                first_error = first_error or described(error)
        if _Copies.made:
            os._exit(0)  # it would go on calling, and fork again
        before, now = now, time.perf_counter()
        marks.append(Mark(before, now, len(jobs), failed))
        watch.count(len(jobs), failed)
    return Tally(marks, *stopwatch.read(), first_error)
