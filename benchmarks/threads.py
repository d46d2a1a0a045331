"""threadpool/task, thread/task and thread/batch beside bare threads."""

from __future__ import annotations

import threading
import time
from functools import cache
from multiprocessing.pool import ThreadPool
from typing import TYPE_CHECKING, Any

from benchmark import WORKERS, Benchmark, Contender, design, no_op

if TYPE_CHECKING:
    from collections.abc import Callable


def each(call: Callable[[], object]) -> Callable[[int], float]:
    """Measure microseconds a call."""

    def measure(count: int) -> float:
        began = time.perf_counter()
        for _ in range(count):
            call()
        return (time.perf_counter() - began) / count * 1e6

    return measure


def bare_thread() -> None:
    """Start and join."""
    thread = threading.Thread(target=no_op)
    thread.start()
    thread.join()


def thread_task() -> None:
    """Ours, around a function."""
    task = design("thread_task", "thread_task").Task(no_op)
    task.start()
    task.result()


def thread_subclass() -> None:
    """Ours, as a subclass."""
    task = _subclass()()
    task.start()
    task.result()


@cache
def _subclass() -> type[Any]:
    return type("NoOp", (design("thread_subclass", "thread_task").Task,), {"work": no_op})


class NoOp(threading.Thread):
    """The least of a subclass."""

    def run(self) -> None:
        """Do nothing."""


def bare_subclass() -> None:
    """Start and join."""
    thread = NoOp()
    thread.start()
    thread.join()


def pool_task() -> None:
    """Ours, on a ThreadPool of one."""
    design("pool_task", "threadpool_task").Task(no_op).get()


def bare_pool() -> None:
    """A ThreadPool of one, its result taken, closed and not waited for, as ours."""
    pool = ThreadPool(1)
    result = pool.apply_async(no_op)
    pool.close()
    result.get()


def batch(count: int) -> float:
    """Ours, with as many at once as fit."""
    module = design("batch", "thread_batch")
    kind = type("NoOp", (module.BatchThread,), {"work": no_op})
    began = time.perf_counter()
    module.run_batch([kind() for _ in range(count)], workers=WORKERS)
    return (time.perf_counter() - began) / count * 1e6


def bare_batch(count: int) -> float:
    """Threads that a semaphore lets start, then joined."""
    room = threading.Semaphore(WORKERS)
    began = time.perf_counter()
    threads = [threading.Thread(target=room.release) for _ in range(count)]
    for thread in threads:
        room.acquire()
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - began) / count * 1e6


BENCHMARKS = (
    Benchmark(
        name="one call",
        unit="µs",
        contenders={
            "thread/task": Contender(300, each(thread_task)),
            "Thread": Contender(300, each(bare_thread)),
            "thread/task, subclass": Contender(300, each(thread_subclass)),
            "Thread subclass": Contender(300, each(bare_subclass)),
            "threadpool/task": Contender(100, each(pool_task)),
            "ThreadPool(1)": Contender(100, each(bare_pool)),
        },
    ),
    Benchmark(
        name="1,000 threads, 32 at once",
        unit="µs a thread",
        contenders={"run_batch": Contender(1000, batch), "Threads behind a Semaphore": Contender(1000, bare_batch)},
    ),
)
