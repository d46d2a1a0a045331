"""What `scaffold probe --save` would have kept, without a measurement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS = {"bound": "cpu", "releases_gil": True, "workers_kind": "thread", "workers": 2}


def document(**changed: object) -> dict[str, Any]:
    """That of a function that computes in C, with some of its parts changed."""
    verdict = {
        "workers_kind": "thread",
        "workers": 2,
        "certain": True,
        "because": "2 threads do 1.9 times the work of a plain loop",
        "why_not_more": "it computes, and there are 2 CPUs",
        "gain": 1.9,
        "doubts": [],
    }
    profile = {
        "class": "computing-free",
        "wall_ms": 10.0,
        "first_call_ms": 12.0,
        "cpu_share": 0.97,
        "gil_share": 0.01,
        "errors": 0.0,
        "first_error": "",
        "free_threaded": False,
        "run_queue_share": 0.0,
    }
    levels = [
        {"kind": "thread", "workers": n, "calls_per_s": rate, "latency_ms": 10.0, "errors": 0.0, "calls": 50}
        for n, rate in ((1, 100.0), (2, 190.0), (4, 188.0))
    ]
    return {
        "schema": 1,
        "target": "work.py:hashed",
        "date": "2026-11-27 12:00 UTC",
        "verdict": verdict,
        "profile": profile,
        "levels": levels,
        "answers": ANSWERS,
        "machine": {"cpus": 2, "taken_by_others": 0.0, "python": "3.14.0", "system": "Linux"},
    } | changed


def keep(path: Path, **changed: object) -> None:
    """Write it."""
    path.write_text(json.dumps(document(**changed)), encoding="utf-8")
