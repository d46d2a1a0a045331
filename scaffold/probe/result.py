"""What a measurement came to: read from the child's lines or from a file that `--save` wrote, checked either way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from scaffold import jsonfile, reading
from scaffold.errors import UsageError, at_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    Document = Mapping[str, Any]

SCHEMA = 1
MOST_WORKERS = 1000
"""That a probe tries at once."""
_ANSWERS = {"bound": str, "releases_gil": bool, "workers": int, "workers_kind": str}
"""The questions that a measurement answers."""
_KINDS = ("none", "thread", "process")
_Kind = TypeVar("_Kind", str, int, bool, list[Any], dict[str, Any])


@dataclass(frozen=True)
class Verdict:
    """What to do."""

    kind: str
    """none (a plain loop), thread or process."""
    workers: int
    is_certain: bool
    because: str
    why_not_more: str
    gain: float | None
    """Times the work of a plain loop; None where it was not timed."""
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """What a call's time goes to; shares are of 1."""

    kind: str
    """The class, such as waiting or computing-gil."""
    wall_ms: float
    computes: float
    holds_gil: float | None
    """Of its computing; None where there is too little of that to tell."""
    errors: float
    first_error: str
    free_threaded: bool


@dataclass(frozen=True)
class Level:
    """So many workers of a kind side by side."""

    kind: str
    workers: int
    calls_per_s: float
    latency_ms: float
    errors: float


@dataclass(frozen=True)
class Result:
    """A measurement of one function."""

    document: Document
    """As it is printed by `--json` and kept by `--save`."""
    target: str
    date: str
    verdict: Verdict
    profile: Profile | None
    """None where it ended after a few calls."""
    levels: tuple[Level, ...]
    answers: Mapping[str, str | int | bool]
    """To scaffold's own questions, by name."""
    python: str
    cpus: int
    system: str

    @property
    def plain_loop(self) -> Level | None:
        """One worker."""
        return next((level for level in self.levels if level.workers == 1), None)


def read_result(path: Path) -> Result:
    """A result from a file that `--save` wrote, or from `--json`.

    Raises:
        UsageError: It cannot be read, or holds something else.
    """
    try:
        document = jsonfile.parse(reading.text_of(reading.read_stream(path)))
        return result_of(document if isinstance(document, dict) else {})
    except (reading.Unreadable, reading.Malformed) as error:
        raise UsageError(f"--probe {at_line(path, error.line)}:", error.reason) from error


def result_of(document: Document) -> Result:
    """The same from its document.

    Raises:
        Malformed: It is no such document.
    """
    if document.get("schema") != SCHEMA:
        raise reading.Malformed("is not what scaffold probe --save writes, or is of another version: measure again")
    verdict, machine = _get(document, "verdict", dict), _get(document, "machine", dict)
    answers = _get(document, "answers", dict)
    for name, value in answers.items():
        if type(value) is not _ANSWERS.get(name):
            raise reading.Malformed(f"answers.{name} is not what scaffold probe writes there: measure again")
    return Result(
        document=document,
        target=_get(document, "target", str),
        date=_get(document, "date", str),
        verdict=_verdict(verdict),
        profile=_profile(_get(document, "profile", dict)) if document.get("profile") is not None else None,
        levels=tuple(map(_level, _get(document, "levels", list))),
        answers=answers,
        python=_get(machine, "python", str),
        cpus=_get(machine, "cpus", int),
        system=_get(machine, "system", str),
    )


def _workers(found: Document) -> int:
    """As many as a probe may try."""
    workers = _get(found, "workers", int)
    if not 0 <= workers <= MOST_WORKERS:
        raise reading.Malformed(
            f"workers is not what scaffold probe writes there (0 to {MOST_WORKERS:,}): measure again"
        )
    return workers


def _verdict(found: Document) -> Verdict:
    kind = _get(found, "workers_kind", str)
    if kind not in _KINDS:
        raise reading.Malformed(f"workers_kind must be one of {', '.join(_KINDS)}")
    return Verdict(
        kind=kind,
        workers=_workers(found),
        is_certain=_get(found, "certain", bool),
        because=_get(found, "because", str),
        why_not_more=_get(found, "why_not_more", str),
        gain=None if found.get("gain") is None else _number(found, "gain"),
        doubts=tuple(map(str, _get(found, "doubts", list))),
    )


def _profile(found: Document) -> Profile:
    return Profile(
        kind=_get(found, "class", str),
        wall_ms=_number(found, "wall_ms"),
        computes=_number(found, "cpu_share"),
        holds_gil=None if found.get("gil_share") is None else _number(found, "gil_share"),
        errors=_number(found, "errors"),
        first_error=_get(found, "first_error", str),
        free_threaded=_get(found, "free_threaded", bool),
    )


def _level(found: object) -> Level:
    if not isinstance(found, dict):
        raise reading.Malformed("levels must be mappings")
    return Level(
        kind=_get(found, "kind", str),
        workers=_workers(found),
        calls_per_s=_number(found, "calls_per_s"),
        latency_ms=_number(found, "latency_ms"),
        errors=_number(found, "errors"),
    )


def _get(found: Document, name: str, kind: type[_Kind]) -> _Kind:
    value = found.get(name)
    if type(value) is not kind:  # True is an int, too
        raise reading.Malformed(f"{name} is missing, or is not what scaffold probe writes there: measure again")
    return value


def _number(found: Document, name: str) -> float:
    try:
        return float(found[name])  # as text, where it has a point
    except (KeyError, TypeError, ValueError) as error:
        raise reading.Malformed(f"{name} must be a number") from error


def with_doubt(document: Document, doubt: str) -> Document:
    """The document of a measurement that was cut off, and why."""
    verdict = document["verdict"]
    doubts: Iterable[str] = [*verdict["doubts"], doubt]
    return {**document, "verdict": {**verdict, "certain": False, "doubts": doubts}}
