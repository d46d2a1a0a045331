"""The table of what is compared, and the aims. All values are costs: less is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

Aim = float | dict[str, float]  # at most so much; by Python where it differs


@dataclass(frozen=True)
class Row:
    """Ours beside a peer in one benchmark: the ratio, or without a peer the value itself."""

    benchmark: str
    ours: str
    peer: str = ""
    aim: Aim | None = None
    free_threaded: float | None = None  # the aim on a build without the GIL, where all costs are others
    difference: bool = False  # ours less the peer's, in place of the ratio

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it within its design."""
        return self.benchmark, self.ours, self.peer

    def value(self, medians: Mapping[str, float]) -> float | None:
        """The ratio or the value; None where one of the two was not measured."""
        if self.ours not in medians or (self.peer and self.peer not in medians):
            return None
        if self.difference:
            return medians[self.ours] - medians[self.peer]
        return medians[self.ours] / medians[self.peer] if self.peer else medians[self.ours]

    def aim_on(self, version: str) -> float | None:
        """The aim on a Python such as 3.12 or 3.14t."""
        if version.endswith("t"):
            return self.free_threaded
        return self.aim.get(version) if isinstance(self.aim, dict) else self.aim


_DEFAULT_WINDOW: Final = {"3.10": 0.6, "3.11": 0.6, "3.12": 0.6, "3.13": 0.8, "3.14": 1.3, "3.15": 1.3}
_LARGE_WINDOW: Final = {"3.10": 0.5, "3.11": 0.5, "3.12": 0.5, "3.13": 0.5, "3.14": 1.0, "3.15": 1.0}

ROWS: Final[dict[str, tuple[Row, ...]]] = {
    "threadpool/map": (
        Row("no-op", "stream", "imap_unordered", _DEFAULT_WINDOW),
        Row("no-op", "stream, window 1024", "imap_unordered", _LARGE_WINDOW, 1.0),
        Row("no-op", "stream", "lower bound", 1.5),
        Row("no-op", "stream", "lower bound with outcomes"),
        Row("no-op", "stream, in input order", "imap"),
        Row("no-op", "stream", "apply_async"),
        Row("no-op", "stream", "Executor.map", 0.25, 0.25),
        Row("no-op", "stream", "Executor.map, buffersize"),
        Row("no-op", "stream", "submit and as_completed"),
        Row("no-op", "stream", "joblib", 0.25),
        Row("no-op", "stream", "mpire", 0.25),
        Row("no-op", "stream", "mpire, chunk 1"),
        Row("no-op", "stream", "pebble"),
        Row("no-op", "stream", "tqdm thread_map", 0.25),
        Row("no-op", "stream, batch 64", "imap_unordered, chunk 64", 2.0),
        Row("no-op", "stream, batch 64", "lower bound, batch 64"),
        Row("no-op", "stream, batch 64", "lower bound with outcomes, batch 64"),
        Row("no-op", "stream, batch 64", "ThreadPool.map"),
        Row("no-op", "stream, batch 64", "pebble, chunk 64"),
        Row("1 ms of waiting", "stream", "ideal"),
        Row("1 ms of waiting", "stream", "lower bound", 1.03),
        Row("1 ms of waiting", "stream, in input order", "lower bound"),
        Row("1 ms of waiting", "stream", "imap_unordered"),
        Row("1 ms of waiting", "stream", "Executor.map", 1 / 1.3),
        Row("1 ms of waiting", "stream", "submit and as_completed"),
        Row("1 ms of waiting", "stream", "joblib"),
        Row("1 ms of waiting", "stream", "mpire"),
        Row("1 ms of waiting", "stream", "pebble"),
        Row("1 ms of waiting", "stream", "tqdm thread_map"),
        Row("first result", "stream", "imap_unordered"),
        Row("first result", "stream", "ThreadPool.map"),
        Row("first result", "stream", "Executor.map"),
        Row("memory", "stream, 1 million", aim=5),
        Row("memory", "stream, batch 64, 1 million", aim=5),
        Row("memory", "stream, batch 64, 10 million", aim=5),
        Row("memory", "stream, batch 64, 10 million", "stream, batch 64, 1 million", 2, 5, difference=True),
        Row("memory", "stream, batch 64, 1 million, slow", aim=5),
        Row("memory", "stream, batch 64, 10 million, slow", aim=5),
        Row("memory", "stream, batch 64, 10 million, slow", "stream, batch 64, 1 million, slow", 2, 5, difference=True),
        Row("memory", "imap_unordered, chunk 64, 1 million"),
        Row("memory", "imap_unordered, chunk 64, 1 million, slow"),
        Row("memory", "ThreadPool.map, 1 million"),
        Row("memory", "Executor.map, 100,000"),
        Row("memory", "joblib, 100,000"),
        Row("memory", "mpire, 100,000"),
    ),
    "threadpool/jobs": (
        Row("submission to result", "JobPool", "Executor.submit", 1.0),
        Row("submission to result", "JobPool", "apply_async"),
        Row("submission to result", "JobPool", "pebble"),
        Row("submission", "JobPool", "Executor.submit"),
        Row("submission", "JobPool", "apply_async"),
        Row("submission", "JobPool", "pebble"),
        Row("end to callback", "JobPool", "Executor.submit"),
        Row("end to callback", "JobPool", "apply_async"),
        Row("end to callback", "JobPool", "pebble"),
        Row("100,000 finished jobs, handles dropped", "JobPool"),
        Row("100,000 finished jobs, handles dropped", "Executor.submit"),
        Row("100,000 finished jobs, handles dropped", "apply_async"),
        Row("10,000 finished jobs, handles kept", "JobPool", "Executor.submit"),
        Row("10,000 finished jobs, handles kept", "JobPool", "apply_async"),
    ),
    "thread/service": (
        Row("throughput", "Service", "Queue and Thread", 1.5),
        Row("throughput", "Service", "QueueListener"),
        Row("throughput", "Service, ask", "Queue and Thread"),
        Row("latency at 50% load, median", "Service", "Queue and Thread"),
        Row("latency at 50% load, median", "Service", "QueueListener"),
        Row("latency at 50% load, 99th percentile", "Service", "Queue and Thread"),
        Row("latency at 50% load, 99th percentile", "Service", "QueueListener"),
        Row("drift over 1,000 ticks of 1 ms", "Service", aim=0.1),
        Row("drift over 1,000 ticks of 1 ms", "Service", "loop that sleeps"),
        Row("stop when idle", "Service", aim=1.0),
        Row("stop when idle", "Service", "Queue and Thread"),
        Row("stop when busy", "Service, drop", "QueueListener"),
        Row("stop when busy", "Service, drain", "QueueListener"),
        Row("stop when busy", "Service, drain", "Queue and Thread"),
    ),
    "threadpool/task, thread/task, thread/batch": (
        Row("one call", "thread/task", "Thread"),
        Row("one call", "thread/task, subclass", "Thread subclass"),
        Row("one call", "threadpool/task", "Thread"),
        Row("one call", "threadpool/task", "ThreadPool(1)"),
        Row("1,000 threads, 32 at once", "run_batch", "Threads behind a Semaphore"),
    ),
}

# For a row (benchmark, ours, peer) whose aim is missed: one that shows how near it can be met, and what it is.
LIMITS: Final[dict[tuple[str, str, str], tuple[str, str]]] = {
    ("no-op", "stream", "lower bound"): (
        "lower bound with outcomes",
        "bare threads that also make an object and enter a try for every item",
    ),
    ("no-op", "stream, batch 64", "imap_unordered, chunk 64"): (
        "lower bound with outcomes, batch 64",
        "bare threads that also make an object and enter a try for every item, which imap_unordered does without",
    ),
    ("1 ms of waiting", "stream", "Executor.map"): (
        "lower bound",
        "bare threads",
    ),
}
