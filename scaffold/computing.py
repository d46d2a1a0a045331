"""What to say where a workload computes: whether it gets threads or processes, and how to have the other.

Under the GIL threads do not speed up Python code (rule S3). Nobody shall get threads for it without being told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from scaffold.workload import Bound, Design

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Computing:
    """What runs a workload that computes, and a line about it."""

    workers: Literal["thread", "process"]
    text: str


def computing_of(answers: Mapping[str, object]) -> Computing | None:
    """What is to be said for these complete answers.

    None where nothing is: the work waits, C code lets go of the GIL, or a cluster computes.
    """
    bound = Bound(answers["bound"])
    if bound is Bound.IO or (bound is Bound.CPU and answers.get("releases_gil")):
        return None
    design = Design(answers["design"])
    if design is not Design.MAP:
        return Computing("thread", _on_threads(bound, design))
    if answers.get("scale") == "cluster":
        return None
    if answers.get("workers_kind") == "process":
        return Computing(
            "process", "computing in Python runs on processes; --releases-gil, for C code that computes, keeps threads"
        )
    return Computing("thread", _on_threads(bound, design))


def _on_threads(bound: Bound, design: Design) -> str:
    instead = {
        Design.MAP: "--workers-kind process takes processes",
        Design.BATCH: "--design threadpool/map --workers-kind process takes processes",
    }.get(design, "hand what computes to processes, such as multiprocessing.Pool, or run on a free-threaded Python")
    if bound is Bound.MIXED:
        return f"these are threads: they speed up the waiting but, with a GIL, not the computing in Python: {instead}"
    return (
        f"these are threads: with a GIL they compute in Python no faster than one does: {instead}"
        " (--releases-gil, if C code does the computing)"
    )
