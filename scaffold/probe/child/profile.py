"""What a call's time goes to, and the class that this implies. Pure: levels in, a profile out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .level import Level

    Class = Literal[
        "waiting", "computing-gil", "computing-free", "mixed", "own-threads", "child-processes", "contended"
    ]

WAITS, COMPUTES = 0.3, 0.7  # below the one a call waits, above the other it computes
HOLDS = 0.3  # of its computing, the share from which on it holds the GIL: load hides part of it
_OURS = 0.002  # seconds that the measurement itself takes on another thread, at most
_TELLS = 0.1  # a call that computes less says nothing about the GIL


@dataclass(frozen=True)
class Profile:
    """A call of the function, alone; times in seconds, the rest are shares of 1."""

    kind: Class
    wall: float
    first_call: float
    computes: float
    """Of the time that it was not kept from a CPU."""
    holds_gil: float
    """Of its computing, the share in which no other thread could; all of it, where two were not tried."""
    is_known: bool
    """Whether that was measured, on enough computing to show it."""
    errors: float
    run_queue: float
    """Of the time that it could run, the share in which others had the CPU."""
    free_threaded: bool

    def as_json(self) -> dict[str, object]:
        """As reported; no share of the GIL where the call computes too little to show one."""
        return {
            "class": self.kind,
            "wall_ms": round(1e3 * self.wall, 4),
            "first_call_ms": round(1e3 * self.first_call, 3),
            "cpu_share": round(self.computes, 3),
            "gil_share": round(self.holds_gil, 3) if self.is_known else None,
            "errors": round(self.errors, 3),
            "free_threaded": self.free_threaded,
            "run_queue_share": round(self.run_queue, 3),
        }


def profile_of(one: Level, two: Level | None, many: Level | None, *, first_call: float, free_threaded: bool) -> Profile:
    """The profile that one thread alone, two, and `many` beside each other show.

    Args:
        one: A thread alone.
        two: Two of them, where that was measured.
        many: At least 2 / (the share that it computes), for a function that does both: two threads of such a one may
            take turns, and never meet.
        first_call: Seconds.
        free_threaded: Whether the interpreter has no GIL.
    """
    real = max(one.wall - one.queue, 1e-9)
    computes = min(1.0, one.cpu / real)
    beside = many or two
    assumed = 0.0 if free_threaded else 1.0
    holds = assumed if beside is None else min(1.0, _held(one, beside, computes, is_many=many is not None))
    return Profile(
        kind=_class(one, computes, holds),
        wall=one.wall,
        first_call=first_call,
        computes=computes,
        holds_gil=holds,
        is_known=beside is not None and computes >= _TELLS,
        errors=one.errors,
        run_queue=one.queue_share,
        free_threaded=free_threaded,
    )


def _held(one: Level, beside: Level, computes: float, *, is_many: bool) -> float:
    """The share of its computing in which it holds the GIL.

    Of n workers that hold it whenever they compute, each waits n - 1 / `computes` times its computing longer than one
    does alone.
    """
    turns = max(1.0, beside.workers - 1 / max(computes, 0.01)) if is_many else 1.0
    held = beside.cpu * (1 + one.queue / max(one.cpu, 1e-9))  # whoever is kept from a CPU does not let go of it
    return max(0.0, beside.wait - one.wait) / max(held, 1e-9) / turns


def _class(one: Level, computes: float, holds: float) -> Class:
    """What one worker shows; whether those that wait contend for something, a climb shows."""
    real = max(one.wall - one.queue, 1e-9)
    if one.children > max(one.cpu, 0.1 * real):
        return "child-processes"
    if one.others > 0.4 * max(one.cpu, 0.25 * real) and one.others * one.calls > _OURS:
        return "own-threads"
    if computes < WAITS:
        return "waiting"
    if computes < COMPUTES:
        return "mixed"
    return "computing-gil" if holds >= HOLDS else "computing-free"
