"""The section "Why not ThreadPoolExecutor?" of docs/rules.md, with what benchmarks/executors.py measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

MEASURED = Path(__file__).with_name("executor.json")

Values: TypeAlias = dict[str, float]
"""Of ours and of the executor, as far as both were measured together."""


@dataclass(frozen=True)
class Comparison:
    """A design beside the executor that would take its place."""

    design: str
    lacks: str
    better: str
    measured: tuple[tuple[str, tuple[str, ...]], ...]
    """What, and the rows that benchmarks/executors.py has of it."""


COMPARISONS = (
    Comparison(
        "threadpool/map",
        "a bound on what is read (`buffersize` since Python 3.14); results as they finish; going on after an error",
        "a few hundred items, in order, where the first error may end the loop",
        (
            ("µs a call", ("map, µs a call",)),
            ("MiB for 100,000 items", ("map, MiB for 100,000", "executor, MiB for 100,000")),
        ),
    ),
    Comparison(
        "threadpool/map, processes",
        "an end to the damage when a worker dies: all that has not ended is lost (BrokenProcessPool)",
        "workers that do not die, and tiny calls in chunks, which cost less there",
        (
            ("µs a call", ("processes, µs a call",)),
            ("µs a call, in chunks of 64", ("processes, chunk 64, µs a call",)),
            ("lost of 1,000 calls, when the 501st kills its worker", ("processes, lost of 1,000",)),
        ),
    ),
    Comparison(
        "threadpool/map, cluster",
        "a bound, and batches: `Client.get_executor()` reads all, ignores `chunksize` and fetches results one by one",
        "calls of 100 ms or more, few enough for a Future each",
        (("µs a call, ours in chunks of 64", ("cluster, µs a call",)),),
    ),
    Comparison(
        "threadpool/jobs",
        "a word on a failure that nobody asks for, or on a job that waits for its own pool; a quick end after errors",
        "libraries that want an Executor; for those that want a Future there is `job.future()`",
        (("µs a job", ("jobs, µs a job",)),),
    ),
    Comparison(
        "threadpool/task",
        "a call that can be left alone: there is a pool to shut down, and a failure that nobody asks about is not seen",
        "a call that ends within a block of yours, or a short one: a pool of one takes longer to start",
        (("µs for one call", ("task, µs",)),),
    ),
    Comparison(
        "thread/task",
        "a place for state, and a way to ask a call to stop; there is a pool to shut down",
        "one function without state whose result you want",
        (("µs for one call", ("thread, µs",)),),
    ),
    Comparison(
        "thread/batch",
        "state and a name for each, a deadline for all that asks the running ones to stop, all errors at once",
        "functions without state, which cost less there: its threads are used again",
        (("µs a task", ("batch, µs a task",)),),
    ),
    Comparison(
        "thread/service",
        "a bound on what is queued; an owner of the state: setup and teardown in its thread, a clock, health",
        "calls that only have to run one after the other: `ThreadPoolExecutor(1)` is one line",
        (
            ("µs a message", ("service, µs a message",)),
            ("µs a message with a reply", ("service, replies, µs",)),
        ),
    ),
)

_TEXT = """\
## Why not ThreadPoolExecutor?

`concurrent.futures.ThreadPoolExecutor` is the third way of the standard library to run threads, and the one that most
programs use. It treats its user better than a bare ThreadPool does: its `with` waits for what is queued, and so does
the end of the program; a call that exits, a callback or an initializer that raises does no harm; threads start as they
are needed; and its Futures are what `wait`, `as_completed`, asyncio and many libraries know. [Programs show
that](threadpool-or-thread.md#how-they-show-themselves). The generated pool designs are made so that these traps of
ThreadPool are closed, too. What is left of the difference, on either side:
"""


def section() -> str:
    """The section, as Markdown."""
    found = json.loads(MEASURED.read_text(encoding="utf-8"))
    machine, rows = found["machine"], found["rows"]
    pythons = list(next(iter(rows.values())))
    words = (
        f"Measured by benchmarks/executors.py on {machine['date']}: ours / the executor, medians of rounds in turn, on"
        f" {machine['cpus']} CPUs, load at the end {machine['load']}. Compare within a cell only."
        " The calls do nothing; there are 32 threads, or 2 processes."
    )
    lines = [
        _TEXT,
        "| design | what the executor has not | where the executor is the better choice |",
        "| --- | --- | --- |",
        *(f"| `{each.design}` | {each.lacks} | {each.better} |" for each in COMPARISONS),
        "",
        words,
        "",
        f"| design | measured | {' | '.join(pythons)} |",
        "| --- | --- |" + " --- |" * len(pythons),
    ]
    for each in COMPARISONS:
        for label, names in each.measured:
            cells = [_cell([rows[name].get(python, {}) for name in names]) for python in pythons]
            lines.append(f"| `{each.design}` | {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(measured: list[Values]) -> str:
    values = {name: _short(value) for each in measured for name, value in each.items()}
    if not values:
        return ""
    bounded = f" ({values['buffersize']} with `buffersize`)" if "buffersize" in values else ""
    return f"{values['ours']} / {values['executor']}{bounded}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
