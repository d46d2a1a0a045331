"""threadpool/map and its peers: each runs a function over items on 32 workers and hands the results to a sink."""

from __future__ import annotations

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from itertools import islice
from multiprocessing.pool import ThreadPool
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmark import (
    WORKERS,
    Benchmark,
    Contender,
    Sink,
    Skip,
    design,
    fast,
    no_op,
    peak_mib,
    peer,
    slow,
    wait_a_millisecond,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Func: TypeAlias = Callable[[object], object]
    Run: TypeAlias = Callable[[Func, Iterable[object], Sink], None]


def stream(func: Func, items: Iterable[object], sink: Sink, **options: Any) -> None:  # noqa: ANN401
    """Ours."""
    sink(design("many", "threadpool_map").stream(func, items, workers=WORKERS, **options))


def lower_bound(func: Func, items: Iterable[object], sink: Sink, *, chunk: int = 1) -> None:
    """The least that threads with a window can cost: no errors, no order, no early end."""
    inbox: SimpleQueue[list[object] | None] = SimpleQueue()
    outbox: SimpleQueue[list[object]] = SimpleQueue()

    def work() -> None:
        for batch in iter(inbox.get, None):
            outbox.put([func(item) for item in batch])

    def results() -> Iterator[object]:
        running, source = 0, iter(items)
        while batch := list(islice(source, chunk)):
            inbox.put(batch)
            running += 1
            if running == 8 * WORKERS:
                yield from outbox.get()
                running -= 1
        for _ in range(running):
            yield from outbox.get()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    sink(results())
    for _ in threads:
        inbox.put(None)
    for thread in threads:
        thread.join()


def bound_with_outcomes(func: Func, items: Iterable[object], sink: Sink, *, chunk: int = 1) -> None:
    """The lower bound with what a value or an error for every item costs."""
    module = design("many", "threadpool_map")

    def attempt(item: object) -> object:
        try:
            return module.Ok(item, func(item))
        except BaseException as error:  # noqa: BLE001 - as in ours
            return module.Failed(item, error)

    lower_bound(attempt, items, sink, chunk=chunk)


def pool_map(func: Func, items: Iterable[object], sink: Sink) -> None:
    """ThreadPool.map with its default chunks."""
    with ThreadPool(WORKERS) as pool:
        sink(pool.map(func, items))


def pool_imap(func: Func, items: Iterable[object], sink: Sink) -> None:
    """ThreadPool.imap."""
    with ThreadPool(WORKERS) as pool:
        sink(pool.imap(func, items))


def pool_unordered(func: Func, items: Iterable[object], sink: Sink, *, chunk: int = 1) -> None:
    """ThreadPool.imap_unordered."""
    with ThreadPool(WORKERS) as pool:
        sink(pool.imap_unordered(func, items, chunk))


def pool_apply_async(func: Func, items: Iterable[object], sink: Sink) -> None:
    """ThreadPool.apply_async for every item."""
    with ThreadPool(WORKERS) as pool:
        running = [pool.apply_async(func, (item,)) for item in items]
        sink(result.get() for result in running)


def executor_map(func: Func, items: Iterable[object], sink: Sink) -> None:
    """ThreadPoolExecutor.map."""
    with ThreadPoolExecutor(WORKERS) as pool:
        sink(pool.map(func, items))


def executor_buffersize(func: Func, items: Iterable[object], sink: Sink) -> None:
    """ThreadPoolExecutor.map with the window that came with Python 3.14."""
    options: dict[str, Any] = {"buffersize": 8 * WORKERS}
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            results = pool.map(func, items, **options)
        except TypeError as error:
            raise Skip("buffersize came with Python 3.14") from error
        sink(results)


def executor_submit(func: Func, items: Iterable[object], sink: Sink) -> None:
    """ThreadPoolExecutor.submit, then as_completed."""
    with ThreadPoolExecutor(WORKERS) as pool:
        running = [pool.submit(func, item) for item in items]
        sink(future.result() for future in as_completed(running))


def joblib_threading(func: Func, items: Iterable[object], sink: Sink) -> None:
    """Let joblib use threads, handing results out one by one."""
    joblib = peer("joblib")
    parallel = joblib.Parallel(n_jobs=WORKERS, backend="threading", return_as="generator")
    sink(parallel(joblib.delayed(func)(item) for item in items))


def mpire_threading(func: Func, items: Iterable[object], sink: Sink, **options: Any) -> None:  # noqa: ANN401
    """Let mpire use threads."""
    with peer("mpire").WorkerPool(n_jobs=WORKERS, start_method="threading") as pool:
        sink(pool.imap_unordered(func, items, **options))


def pebble_map(func: Func, items: Iterable[object], sink: Sink, *, chunk: int = 1) -> None:
    """Pebble's ThreadPool.map."""
    with peer("pebble").ThreadPool(max_workers=WORKERS) as pool:
        sink(pool.map(func, items, chunksize=chunk).result())


def tqdm_thread_map(func: Func, items: Iterable[object], sink: Sink) -> None:
    """Run tqdm's thread_map, its bar drawn to nowhere."""
    sink(peer("tqdm.contrib.concurrent").thread_map(func, items, max_workers=WORKERS, file=io.StringIO()))


def per_task(run: Run, func: Func = no_op) -> Callable[[int], float]:
    """Measure microseconds a task, the start and the end of the threads included."""

    def measure(count: int) -> float:
        began = time.perf_counter()
        run(func, range(count), fast)
        return (time.perf_counter() - began) / count * 1e6

    return measure


def first_result(run: Run) -> Callable[[int], float]:
    """Measure the milliseconds until the first of many results is there."""

    def measure(count: int) -> float:
        arrived: list[float] = []

        def take_one(results: Iterable[object]) -> None:
            iterator = iter(results)
            next(iterator)
            arrived.append(time.perf_counter())

        began = time.perf_counter()
        run(no_op, range(count), take_one)
        return (arrived[0] - began) * 1e3

    return measure


def memory_growth(run: Run, sink: Sink) -> Callable[[int], float]:
    """Measure by how many MiB the peak for `count` items is above that for 10,000."""

    def measure(count: int) -> float:
        run(no_op, range(10_000), sink)
        before = peak_mib()
        run(no_op, range(count), sink)
        return peak_mib() - before

    return measure


_STREAM_64 = partial(stream, chunk=64)
_UNORDERED_64 = partial(pool_unordered, chunk=64)
_WAITING: dict[str, Run] = {
    "stream": stream,
    "stream, in input order": partial(stream, ordered=True),
    "lower bound": lower_bound,
    "imap_unordered": pool_unordered,
    "ThreadPool.map": pool_map,
    "Executor.map": executor_map,
    "submit and as_completed": executor_submit,
    "joblib": joblib_threading,
    "mpire": mpire_threading,
    "pebble": pebble_map,
    "tqdm thread_map": tqdm_thread_map,
}
_MANY, _SOME, _FEW = 50_000, 5_000, 1_000  # by what a task costs

BENCHMARKS = (
    Benchmark(
        name="no-op",
        unit="µs a task",
        contenders={
            "stream": Contender(_MANY, per_task(stream)),
            "stream, window 1024": Contender(_MANY, per_task(partial(stream, window=1024))),
            "stream, in input order": Contender(_MANY, per_task(partial(stream, ordered=True))),
            "lower bound": Contender(_MANY, per_task(lower_bound)),
            "lower bound with outcomes": Contender(_MANY, per_task(bound_with_outcomes)),
            "imap_unordered": Contender(_MANY, per_task(pool_unordered)),
            "imap": Contender(_MANY, per_task(pool_imap)),
            "stream, batch 64": Contender(_MANY, per_task(_STREAM_64)),
            "lower bound, batch 64": Contender(_MANY, per_task(partial(lower_bound, chunk=64))),
            "lower bound with outcomes, batch 64": Contender(_MANY, per_task(partial(bound_with_outcomes, chunk=64))),
            "imap_unordered, chunk 64": Contender(_MANY, per_task(_UNORDERED_64)),
            "ThreadPool.map": Contender(_MANY, per_task(pool_map)),
            "apply_async": Contender(_SOME, per_task(pool_apply_async)),
            "Executor.map": Contender(_SOME, per_task(executor_map)),
            "Executor.map, buffersize": Contender(_SOME, per_task(executor_buffersize)),
            "submit and as_completed": Contender(_SOME, per_task(executor_submit)),
            "joblib": Contender(_SOME, per_task(joblib_threading)),
            "mpire": Contender(_SOME, per_task(mpire_threading)),
            "mpire, chunk 1": Contender(_FEW, per_task(partial(mpire_threading, chunk_size=1))),
            "pebble": Contender(_FEW, per_task(pebble_map)),
            "pebble, chunk 64": Contender(_MANY, per_task(partial(pebble_map, chunk=64))),
            "tqdm thread_map": Contender(_SOME, per_task(tqdm_thread_map)),
        },
    ),
    Benchmark(
        name="1 ms of waiting",
        unit="µs a task",
        contenders={name: Contender(2400, per_task(run, wait_a_millisecond)) for name, run in _WAITING.items()}
        | {"ideal": Contender(2400, lambda _: 1e3 / WORKERS)},
    ),
    Benchmark(
        name="first result",
        unit="ms",
        contenders={
            name: Contender(_SOME, first_result(_WAITING[name]))
            for name in ("stream", "imap_unordered", "ThreadPool.map", "Executor.map")
        },
    ),
    Benchmark(
        name="memory",
        unit="MiB",
        rounds=1,
        alone=True,
        contenders={
            "stream, 1 million": Contender(1_000_000, memory_growth(stream, fast)),
            "stream, batch 64, 1 million": Contender(1_000_000, memory_growth(_STREAM_64, fast)),
            "stream, batch 64, 10 million": Contender(10_000_000, memory_growth(_STREAM_64, fast)),
            "stream, batch 64, 1 million, slow": Contender(1_000_000, memory_growth(_STREAM_64, slow)),
            "stream, batch 64, 10 million, slow": Contender(10_000_000, memory_growth(_STREAM_64, slow)),
            "imap_unordered, chunk 64, 1 million": Contender(1_000_000, memory_growth(_UNORDERED_64, fast)),
            "imap_unordered, chunk 64, 1 million, slow": Contender(1_000_000, memory_growth(_UNORDERED_64, slow)),
            "ThreadPool.map, 1 million": Contender(1_000_000, memory_growth(pool_map, fast)),
            "Executor.map, 100,000": Contender(100_000, memory_growth(executor_map, fast)),
            "joblib, 100,000": Contender(100_000, memory_growth(joblib_threading, fast)),
            "mpire, 100,000": Contender(100_000, memory_growth(mpire_threading, fast)),
        },
    ),
)
