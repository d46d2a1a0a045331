"""A measurement in words: what a call does, what to do, and the figures; for a terminal, for advice, for a document."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.probe.result import Level, Profile, Result, Verdict

_BAR = 32  # columns


def to_do(verdict: Verdict) -> str:
    """The verdict in a few words."""
    if verdict.kind == "none":
        return "a plain loop"
    kind = verdict.kind if verdict.workers == 1 else {"thread": "threads", "process": "processes"}[verdict.kind]
    return f"{verdict.workers} {kind}"


def of_a_call(profile: Profile) -> str:
    """What a call takes, and what its time goes to, as a sentence."""
    takes = f"A call takes {_time(profile.wall_ms)}"
    computes, held = f"{profile.computes:.0%}", f"{profile.holds_gil or 0:.0%}"
    says = {
        "waiting": f" and waits {1 - profile.computes:.0%} of it.",
        "computing-gil": f" and computes {computes} of it; "
        + (
            "whether it holds the GIL was not seen, so it is taken to."
            if profile.holds_gil is None
            else f"it holds the GIL for {held} of that, so threads take turns."
        ),
        "computing-free": (
            f" and computes {computes} of it; there is no GIL, so threads compute side by side."
            if profile.free_threaded
            else f" and computes {computes} of it, with the GIL released, so threads compute side by side."
        ),
        "mixed": f": it waits {1 - profile.computes:.0%} and computes {computes} of it"
        + (", without a GIL." if profile.free_threaded else f", holding the GIL for {held} of that."),
        "own-threads": " and computes on threads of its own.",
        "child-processes": " and waits for child processes, which compute.",
        "contended": " and takes longer beside others: they wait for a lock, or for what serves one at a time.",
    }
    return takes + says.get(profile.kind, ".")


def figures(result: Result) -> str:
    """What was measured, in a line of figures for advice."""
    verdict, profile = result.verdict, result.profile
    waits = f"waits {1 - profile.computes:.0%} of each call" if profile else "ended after a few calls"
    if verdict.kind == "none":
        return f"{waits}; {verdict.because}"
    if verdict.gain is None:
        return f"{waits}; {to_do(verdict)} by its class, not timed"
    more = next((level for level in _of_kind(result, verdict.kind) if level.workers > verdict.workers), None)
    gave = f"{to_do(verdict)} gave {verdict.gain:.1f} times"
    return f"{waits}; {gave}{_what_more_gave(result, more, verdict.gain)}"


def _what_more_gave(result: Result, more: Level | None, chosen: float) -> str:
    one = result.plain_loop
    if more is None or one is None or one.calls_per_s <= 0:
        return ""
    gain = more.calls_per_s / one.calls_per_s
    if more.errors > one.errors + 0.03:
        return f", with {more.workers} {more.errors:.0%} of the calls failed"
    return f", {more.workers} no more than that" if gain <= chosen else f", {more.workers} {gain:.1f}"


def _of_kind(result: Result, kind: str) -> list[Level]:
    return sorted((level for level in result.levels if level.kind == kind), key=lambda level: level.workers)


_PLURAL: Final = {"thread": "threads", "process": "processes"}


def chart(result: Result) -> Iterator[str]:
    """A line a level, with a bar as long as its calls a second."""
    most = max((level.calls_per_s for level in result.levels), default=0.0)
    yield f"{'workers':<15}{'calls/s':>10}{'a call takes':>15}"
    for level in (*_of_kind(result, "thread"), *_of_kind(result, "process")):
        bar = "█" * round(_BAR * level.calls_per_s / most) if most > 0 else ""
        failed = f" {level.errors:.0%} fail" if level.errors else ""
        kind = _PLURAL[level.kind] if level.workers > 1 else level.kind
        yield (
            f"{level.workers:>4} {kind:<10}{_rounded(level.calls_per_s):>10}{_time(level.latency_ms):>15}"
            f"  {bar}{failed}"
        ).rstrip()


def measured(result: Result) -> str:
    """The part of a document that says what the design was measured by, in Markdown."""
    profile = "" if result.profile is None else f"{of_a_call(result.profile)}\n\n"
    doubts = "" if result.verdict.is_certain else f"\nUncertain: {one_line('; '.join(result.verdict.doubts), 500)}.\n"
    target = one_line(result.target, 100).replace("`", "")
    return (
        f"## Measured\n\n`{target}` on {result.date}, with Python {result.python}"
        f" on {result.system} with {result.cpus} CPUs, by `scaffold probe`: **{to_do(result.verdict)}**.\n\n"
        f"{profile}```text\n" + "\n".join(chart(result)) + f"\n```\n{doubts}"
    )


def _time(milliseconds: float) -> str:
    if milliseconds >= 1000:
        return f"{_rounded(milliseconds / 1000)} s"
    return f"{_rounded(milliseconds)} ms" if milliseconds >= 0.1 else f"{_rounded(1000 * milliseconds)} µs"


def _rounded(number: float) -> str:
    """Three digits that count."""
    if number <= 0:
        return "0"
    return f"{number:,.{max(0, 2 - math.floor(math.log10(number)))}f}"
