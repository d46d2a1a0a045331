"""A level: what so many workers, each in a closed loop, came to. Pure: tallies in, figures out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .work import Tally

    Kind = Literal["thread", "process"]


class Level(NamedTuple):
    """Workers side by side: successes per second, then seconds per call by each clock, then failures."""

    kind: Kind
    workers: int
    rate: float
    wall: float
    cpu: float
    queue: float
    """Ready, but without a CPU."""
    others: float
    """CPU time of other threads of the process."""
    children: float
    """CPU time of child processes."""
    errors: float
    """The share of calls that failed."""
    calls: int
    error: str = ""
    """The first, as text."""

    @property
    def wait(self) -> float:
        """Seconds per call in which it neither ran nor could have: I/O, a lock, the GIL."""
        return max(0.0, self.wall - self.cpu - self.queue)

    @property
    def queue_share(self) -> float:
        """Of the time that it could have run, the share that it was without a CPU."""
        return self.queue / max(self.cpu + self.queue, 1e-9)

    def as_json(self) -> dict[str, object]:
        """The figures that are reported."""
        return {
            "kind": self.kind,
            "workers": self.workers,
            "calls_per_s": round(self.rate, 3),
            "latency_ms": round(1e3 * self.wall, 4),
            "errors": round(self.errors, 3),
            "calls": self.calls,
        }


class Interval(NamedTuple):
    """When a level was measured, and what the process spent meanwhile; seconds."""

    begin: float
    span: float
    process_cpu: float
    children_cpu: float


def summed(kind: Kind, workers: int, tallies: Sequence[Tally], interval: Interval) -> Level:
    """The level that the tallies of its workers amount to, of those that made a call."""
    marks = [mark for tally in tallies for mark in tally.marks]
    calls, failed = sum(mark.calls for mark in marks), sum(mark.failed for mark in marks)
    cpu = sum(tally.cpu for tally in tallies) / calls
    return Level(
        kind=kind,
        workers=workers,
        rate=_rate(tallies, interval),
        wall=sum(mark.end - mark.start for mark in marks) / calls,
        cpu=cpu,
        queue=sum(tally.queue for tally in tallies) / calls,
        others=max(0.0, interval.process_cpu / calls - cpu),
        children=interval.children_cpu / calls,
        errors=failed / calls,
        calls=calls,
        error=next((tally.error for tally in tallies if tally.error), ""),
    )


def _rate(tallies: Sequence[Tally], interval: Interval) -> float:
    """Successes per second.

    Of calls that are so long that each worker makes one, by the time that all of them took. Else within a window, in
    which a call counts by the part of it that lies inside: from when each worker has made its first call, since these
    come in a burst, until the first worker ends.
    """
    marks = [mark for tally in tallies for mark in tally.marks]
    if all(len(tally.marks) == 1 for tally in tallies):
        last = max(mark.end for mark in marks)
        return sum(mark.calls - mark.failed for mark in marks) / max(last - interval.begin, 1e-9)
    close = min(interval.begin + interval.span, *(tally.marks[-1].end for tally in tallies))
    start = min(max(tally.marks[0].end for tally in tallies), (interval.begin + close) / 2)
    inside = (
        max(0.0, min(mark.end, close) - max(mark.start, start)) / (mark.end - mark.start) * (mark.calls - mark.failed)
        for mark in marks
        if mark.end > mark.start
    )
    return sum(inside) / max(close - start, 1e-9)
