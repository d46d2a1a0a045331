"""What to do: how many workers of which kind, and why. Pure: a profile and climbs in, a verdict out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from .profile import COMPUTES, HOLDS, WAITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .climb import Climb
    from .level import Level
    from .profile import Profile

THREADS_WORTH = 1.3  # times the work of a plain loop, for which threads are worth their trouble
PROCESSES_WORTH = 1.2  # times the work of the threads
CROWDED = 0.25  # the share of the CPUs that others take, above which computing cannot be timed
HANDOVER = 50e-6  # seconds: handing a shorter call to a worker costs more than the call

ON_CPUS = ("computing-gil", "computing-free", "mixed")
"""The classes of functions whose own threads need the CPUs."""


class Tried(NamedTuple):
    """Workers of one kind, and what they gain."""

    climb: Climb
    gain: float
    """Times the work of a plain loop."""


@dataclass(frozen=True)
class Verdict:
    """What to do, and the reasons as clauses without a full stop."""

    kind: Literal["none", "thread", "process"]
    workers: int
    because: str
    why_not_more: str = ""
    gain: float | None = 1.0
    """Times the work of a plain loop; None where it was not timed."""

    def answers(self, profile: Profile | None) -> Mapping[str, object]:
        """The same as answers to scaffold's questions."""
        if profile is None:
            return {}
        answers: dict[str, object] = {"bound": _BOUND[profile.kind]}
        if self.kind == "none" and self.gain is None:
            return answers
        if answers["bound"] == "cpu":
            answers["releases_gil"] = profile.holds_gil < HOLDS and not profile.free_threaded
        if self.kind == "process":
            return {**answers, "workers_kind": "process"}
        return {**answers, "workers_kind": "thread", "workers": self.workers}


_BOUND = {
    "waiting": "io",
    "contended": "io",
    "child-processes": "io",
    "mixed": "mixed",
    "computing-gil": "cpu",
    "computing-free": "cpu",
    "own-threads": "cpu",
}


def is_worth_processes(profile: Profile, threads: Tried, cpus: int) -> bool:
    """Whether processes are tried: it computes, and threads do not use the CPUs."""
    return profile.kind in ON_CPUS and threads.gain < 0.7 * cpus / max(0.01, profile.computes)


def thread_limit(profile: Profile, cpus: int) -> int | None:
    """How many threads can help; None where nothing bounds them.

    Twice what the CPUs and the GIL allow, so that the end is seen; where it only computes, no more than there are CPUs.
    """
    if profile.kind == "waiting":
        return None
    computes = max(0.01, profile.computes)
    if profile.computes >= COMPUTES:
        return max(2, math.ceil(cpus / computes - 0.2))
    return max(4, 2 * math.ceil(min(cpus / computes, 1 / max(0.01, computes * profile.holds_gil))))


def process_limit(profile: Profile, cpus: int) -> int:
    """How many processes can help."""
    return cpus if profile.computes >= COMPUTES else 2 * math.ceil(cpus / max(profile.computes, WAITS) - 0.2)


def settled(profile: Profile, threads: Tried) -> Profile:
    """The profile of a function that waits, after the climb: where more do no more, they wait for each other."""
    is_contended = threads.gain < THREADS_WORTH and threads.climb.is_whole
    return replace(profile, kind="contended") if is_contended else profile


def is_tiny(profile: Profile) -> bool:
    """Whether a call costs less than handing it over."""
    return profile.kind != "waiting" and 0 < profile.wall < HANDOVER


def tiny(profile: Profile) -> Verdict:
    """What is said of such a call."""
    because = f"a call takes {1e6 * profile.wall:.2g} µs, less than handing it to a worker does"
    return Verdict("none", 1, because, "put many of them into one call, and measure that")


def implied(profile: Profile, cpus: int, most: int) -> Verdict:
    """What the class says by itself, on a machine that is too busy to time it."""
    because = f"this is what its class, {profile.kind}, implies"
    if profile.kind == "own-threads" or cpus == 1:
        return Verdict("none", 1, because, f"there are {cpus} CPUs")
    if profile.kind == "child-processes":
        return Verdict("thread", min(cpus, most), because, f"there are {cpus} CPUs", None)
    spare = 1.5 if profile.kind == "mixed" else 1  # so that the CPUs have work while some wait
    workers = min(most, math.ceil(spare * cpus / max(profile.computes, WAITS) - 0.2))
    is_held = profile.holds_gil >= HOLDS and not profile.free_threaded
    kind: Literal["process", "thread"] = "process" if is_held else "thread"
    return Verdict(kind, workers, because, f"it computes, and there are {cpus} CPUs", None)


def held(no_processes: str) -> Verdict:
    """What is said where threads would take turns, and there can be no processes."""
    return Verdict("none", 1, f"it holds the GIL, so threads would take turns; {no_processes}")


def decided(threads: Tried, processes: Tried | None, no_processes: str = "") -> Verdict:
    """By what was measured: a plain loop before threads, and threads before processes, by margins.

    Args:
        threads: How far they came.
        processes: The same, where they were tried.
        no_processes: Why they were ruled out, where they were.
    """
    gain = threads.gain
    to_beat = max(THREADS_WORTH, PROCESSES_WORTH * gain if gain >= THREADS_WORTH else 0.0)
    if processes is not None and processes.gain >= to_beat:
        workers = processes.climb.best.workers
        because = f"{workers} processes do {processes.gain:.1f} times the work of a plain loop, threads {gain:.1f}"
        return Verdict("process", workers, because, processes.climb.ended, processes.gain)
    ruled_out = f"; {no_processes}, so processes are ruled out" if no_processes else ""
    if threads.climb.best.workers == 1 and not threads.climb.is_whole and processes is None:
        return Verdict("none", 1, f"more workers could not be tried{ruled_out}", threads.climb.ended, None)
    if gain >= THREADS_WORTH:
        workers = threads.climb.best.workers
        because = f"{workers} threads do {gain:.1f} times the work of a plain loop{ruled_out}"
        return Verdict("thread", workers, because, threads.climb.ended, gain)
    best = max((tried.gain for tried in (threads, processes) if tried), default=1.0)
    both = "threads and processes do" if processes else "threads do"
    because = f"{both} no more than {max(best, 1.0):.2f} times the work of a plain loop{ruled_out}"
    return Verdict("none", 1, because, (processes or threads).climb.ended)


def so_far(levels: Iterable[Level]) -> Verdict:
    """What is known before the end."""
    threads = {level.workers: level for level in levels if level.kind == "thread"}
    if 1 not in threads:
        return Verdict("none", 1, "no call has come back yet", gain=None)
    best = max(threads.values(), key=lambda level: level.rate)
    gain = best.rate / max(threads[1].rate, 1e-9)
    if gain < THREADS_WORTH:
        return Verdict("none", 1, "nothing is known yet to be faster than a plain loop", gain=None)
    because = f"so far {best.workers} threads do {gain:.1f} times the work of a plain loop"
    return Verdict("thread", best.workers, because, gain=gain)
