"""threadpool/jobs and its peers: different calls at different times, each with a handle."""

from __future__ import annotations

import gc
import statistics
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor, as_completed
from multiprocessing.pool import ThreadPool
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmark import WORKERS, Benchmark, Contender, design, no_op, peer

if TYPE_CHECKING:
    from collections.abc import Callable

# A pool as a context manager; how to submit a call, with an optional callback; how to wait for all handles.


class Jobs:
    """Ours."""

    def __init__(self) -> None:
        self._module = design("jobs_pool", "threadpool_jobs")
        self.pool = self._module.JobPool(WORKERS)

    def submit(self, func: Callable[[], object], callback: Callable[[Any], None] | None = None) -> Any:  # noqa: ANN401
        """Submit a call."""
        job = self.pool.submit(func)
        if callback is not None:
            job.add_done_callback(callback)
        return job

    def collect(self, handles: list[Any]) -> None:
        """Wait for all results, as they come."""
        for job in self._module.as_completed(handles):
            job.result()


class Executor:
    """ThreadPoolExecutor, and whatever has its API."""

    def __init__(self) -> None:
        self.pool: Any = ThreadPoolExecutor(WORKERS)

    def submit(self, func: Callable[[], object], callback: Callable[[Any], None] | None = None) -> Any:  # noqa: ANN401
        """Submit a call."""
        future = self.pool.submit(func)
        if callback is not None:
            future.add_done_callback(callback)
        return future

    def collect(self, handles: list[Any]) -> None:
        """Wait for all results, as they come."""
        for future in as_completed(handles):
            future.result()


class ApplyAsync:
    """ThreadPool.apply_async."""

    def __init__(self) -> None:
        self.pool = ThreadPool(WORKERS)

    def submit(self, func: Callable[[], object], callback: Callable[[Any], None] | None = None) -> Any:  # noqa: ANN401
        """Submit a call."""
        return self.pool.apply_async(func, callback=callback)

    def collect(self, handles: list[Any]) -> None:
        """Wait for all results, in order."""
        for result in handles:
            result.get()


class Pebble(Executor):
    """Pebble's ThreadPool: its futures are those of concurrent.futures."""

    def __init__(self) -> None:
        self.pool = peer("pebble").ThreadPool(max_workers=WORKERS)
        self.pool.submit = self.pool.schedule


Kind: TypeAlias = type[Jobs] | type[Executor] | type[ApplyAsync]
KINDS: dict[str, Kind] = {"JobPool": Jobs, "Executor.submit": Executor, "apply_async": ApplyAsync, "pebble": Pebble}
_SIZES = {"JobPool": 10_000, "Executor.submit": 10_000, "apply_async": 10_000, "pebble": 2_000}


def submitting(kind: Kind) -> Callable[[int], float]:
    """Measure microseconds a submission, while the workers work."""

    def measure(count: int) -> float:
        jobs = kind()
        with jobs.pool:
            began = time.perf_counter()
            handles = [jobs.submit(no_op) for _ in range(count)]
            took = time.perf_counter() - began
            jobs.collect(handles)
        return took / count * 1e6

    return measure


def all_of_it(kind: Kind) -> Callable[[int], float]:
    """Measure microseconds a job from submission to result, the start and the end of the pool included."""

    def measure(count: int) -> float:
        began = time.perf_counter()
        jobs = kind()
        with jobs.pool:
            jobs.collect([jobs.submit(no_op) for _ in range(count)])
        return (time.perf_counter() - began) / count * 1e6

    return measure


def to_callback(kind: Kind) -> Callable[[int], float]:
    """Measure the microseconds from the end of a job to its callback."""

    def measure(count: int) -> float:
        times: list[float] = []
        called = threading.Semaphore(0)

        def job() -> float:
            time.sleep(0.0005)  # by then the callback is there
            return time.perf_counter()

        def callback(handle: Any) -> None:  # noqa: ANN401
            ended = handle if isinstance(handle, float) else handle.result()
            times.append(time.perf_counter() - ended)
            called.release()

        jobs = kind()
        with jobs.pool:
            for _ in range(count):
                jobs.submit(job, callback)
                called.acquire()
        return statistics.median(times) * 1e6

    return measure


def retained(kind: Kind, *, keep: bool) -> Callable[[int], float]:
    """Measure the KiB that finished jobs hold while the pool lives: their handles dropped or kept."""

    def measure(count: int) -> float:
        ended: list[None] = []
        kept = []
        jobs = kind()
        with jobs.pool:
            jobs.collect([jobs.submit(no_op) for _ in range(100)])
            gc.collect()
            tracemalloc.start()
            for _ in range(count):
                handle = jobs.submit(lambda: ended.append(None))
                if keep:
                    kept.append(handle)
            del handle
            while len(ended) < count:
                time.sleep(0.01)
            time.sleep(0.2)  # the last ones put their tools away
            ended.clear()
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return held / 1024

    return measure


BENCHMARKS = (
    Benchmark(
        name="submission",
        unit="µs a job",
        contenders={name: Contender(_SIZES[name], submitting(kind)) for name, kind in KINDS.items()},
    ),
    Benchmark(
        name="submission to result",
        unit="µs a job",
        contenders={name: Contender(_SIZES[name], all_of_it(kind)) for name, kind in KINDS.items()},
    ),
    Benchmark(
        name="end to callback",
        unit="µs",
        contenders={name: Contender(200, to_callback(kind)) for name, kind in KINDS.items()},
    ),
    *(
        Benchmark(
            name=f"{count:,} finished jobs, handles {'kept' if keep else 'dropped'}",
            unit="KiB",
            rounds=1,
            alone=True,
            contenders={
                name: Contender(count, retained(KINDS[name], keep=keep))
                for name in ("JobPool", "Executor.submit", "apply_async")
            },
        )
        for count, keep in ((100_000, False), (10_000, True))
    ),
)
