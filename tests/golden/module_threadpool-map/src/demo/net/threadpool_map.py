"""Run one function over many items in a pool of threads, and get an outcome for every item.

    for outcome in stream(work, items):
        if isinstance(outcome, Ok):
            print(outcome.value)
        else:
            print(f"{outcome.item} failed: {outcome.error!r}")

What holds, under load and when things fail:

- Every item that was read gives one outcome; an error of ``func`` is a value, ``Failed``.
- ``items`` may be endless: it is read in the caller's thread, at most ``window`` items ahead of
  what was handed out, so memory does not grow with their number.
- An error of ``items`` itself is raised once everything read before it has been handed out.
- Leaving the loop early drops what has not started and waits for the calls that are running, since
  a thread cannot be stopped. Ctrl-C and ``sys.exit()`` do not wait: see ``stream``.

Of ThreadPool this uses ``map_async``, to run a loop in every worker, and ``close`` with ``join``.
The rest of its API is for other jobs. ``imap`` and ``imap_unordered`` read the whole input at once,
``map`` also goes on after an error, and ``apply`` runs one call at a time. ``apply_async`` for
every item costs several times as much, an AsyncResult each (``ready``, ``successful``, ``wait``,
``get``), and an error in a callback kills the pool's result thread: every later ``get`` hangs.
``terminate``, which also ends ``with ThreadPool()``, drops queued work and leaves calls running.
A plain ``threading.Thread`` runs once, has no result and loses its error.
"""

import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.pool import AsyncResult, ThreadPool
from queue import Empty, SimpleQueue
from typing import Generic, NoReturn, TypeAlias, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class Ok(Generic[T, R]):
    """The call returned ``value``."""

    item: T
    value: R

    def unwrap(self) -> R:
        """Return the value."""
        return self.value


@dataclass(slots=True)
class Failed(Generic[T]):
    """The call raised ``error``, which keeps the call's local variables alive."""

    item: T
    error: BaseException

    def unwrap(self) -> NoReturn:
        """Raise the error."""
        raise self.error


Outcome: TypeAlias = Ok[T, R] | Failed[T]


def stream(
    func: Callable[[T], R],
    items: Iterable[T],
    *,
    workers: int = 32,
    ordered: bool = False,
    chunk: int = 1,
    window: int | None = None,
) -> Generator[Outcome[T, R]]:
    """Yield an outcome for every item, in input order if ``ordered`` or else as they finish.

    A worker takes ``chunk`` items at a time: more than 1 pays for calls of under a millisecond.
    ``window`` is 8 chunks a worker unless given. What has finished is handed out before the next
    item is read; while ``items`` blocks, nothing is.

    To leave a loop early over calls that take long, write ``with closing(stream(...)) as outcomes``:
    only so can Ctrl-C in the body of the loop, or while leaving it, end it without waiting.
    """
    if workers < 1 or chunk < 1 or (window is not None and window < 1):
        raise ValueError("workers, chunk and window must be at least 1")
    limit = max(1, (window or 8 * workers * chunk) // chunk)  # in batches, as is all that follows
    inbox: SimpleQueue[tuple[int, list[T]] | None] = SimpleQueue()
    outbox: SimpleQueue[tuple[int, list[Outcome[T, R]]]] = SimpleQueue()
    ready: dict[int, list[Outcome[T, R]]] = {}  # finished, by the turn in which to hand them out
    read = given = 0  # how many were read, how many handed out
    leaving = False
    reader = threading.get_ident()

    def run_worker(number: int) -> None:
        threading.current_thread().name = f"stream-{number}"
        while (numbered := inbox.get()) is not None:
            turn, batch = numbered
            outbox.put((turn, [_attempt(func, item) for item in batch if not leaving]))
        inbox.put(None)  # for the next worker

    def collect(wait: bool) -> list[Outcome[T, R]]:
        """Return what is to be handed out next; with nothing there, wait for it or return []."""
        nonlocal given
        while not outbox.empty() or (wait and given not in ready):
            try:
                turn, outcomes = outbox.get(timeout=0.1)
            except Empty:  # now a Ctrl-C is seen that came just before get(), or on Windows
                continue
            ready[turn if ordered else given + len(ready)] = outcomes
        following: list[Outcome[T, R]] = []
        while given in ready:
            following += ready.pop(given)
            given += 1
        return following

    pool = _start_pool(workers)
    running: AsyncResult[list[None]] | None = None
    try:
        running = pool.map_async(run_worker, range(workers), chunksize=1)
        pool.close()  # it takes no more than these, and ends when they have ended
        try:
            for batch in _batches(items, chunk):
                inbox.put((read, batch))
                read += 1
                yield from collect(wait=read - given == limit)
        except Exception:  # the input failed
            while given < read:
                yield from collect(wait=True)
            raise
        while given < read:
            yield from collect(wait=True)
    except BaseException as error:
        if _is_exit(error):
            running = None  # not to be waited for
        raise
    finally:
        leaving = True
        inbox.put(None)  # first of all, so that no further Ctrl-C can come before it
        # The garbage collector may close a stream in any thread, one of its own workers even, and
        # at interpreter exit, when its workers no longer run.
        if running and threading.get_ident() == reader and not sys.is_finalizing():
            while not running.ready():
                running.wait(0.1)  # in steps, as in collect(), for Ctrl-C
            pool.join()


def map_all(
    func: Callable[[T], R], items: Iterable[T], *, workers: int = 32, chunk: int = 1
) -> list[R]:
    """Return all results in input order. The first error to happen drops the rest and is raised."""
    results: dict[int, R] = {}

    def call(numbered: tuple[int, T]) -> R:
        return func(numbered[1])

    outcomes = stream(call, enumerate(items), workers=workers, ordered=False, chunk=chunk)
    with closing(outcomes):
        for outcome in outcomes:
            results[outcome.item[0]] = outcome.unwrap()
    return [results[number] for number in range(len(results))]


@dataclass(slots=True)
class Report(Generic[T]):
    """How many calls went well, how many failed, and the first of the failures."""

    succeeded: int
    failed: int
    first_failures: list[Failed[T]]


def for_each(
    func: Callable[[T], object],
    items: Iterable[T],
    *,
    workers: int = 32,
    chunk: int = 1,
    keep: int = 100,
) -> Report[T]:
    """Call ``func`` for its effect on every item; count, and keep the first ``keep`` failures."""
    report: Report[T] = Report(0, 0, [])
    outcomes = stream(func, items, workers=workers, ordered=False, chunk=chunk)
    with closing(outcomes):
        for outcome in outcomes:
            if isinstance(outcome, Ok):
                report.succeeded += 1
                continue
            report.failed += 1
            if len(report.first_failures) < keep:
                report.first_failures.append(outcome)
    return report


def _attempt(func: Callable[[T], R], item: T) -> Outcome[T, R]:
    try:
        return Ok(item, func(item))
    except BaseException as error:  # noqa: BLE001 (SystemExit too: it would end the worker)
        return Failed(item, error)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Like itertools.batched, but an error of ``items`` does not lose what was read before it."""
    batch: list[T] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _start_pool(workers: int) -> ThreadPool:
    try:
        return ThreadPool(workers)
    except AttributeError as error:  # from its clean-up, which hides why a thread did not start
        raise RuntimeError(f"could not start {workers} threads") from error


def _is_exit(error: BaseException) -> bool:
    """Tell whether it is Ctrl-C or sys.exit(), here or in the ``with`` that closes the stream."""
    if isinstance(error, GeneratorExit):
        return isinstance(error.__context__, KeyboardInterrupt | SystemExit)
    return isinstance(error, KeyboardInterrupt | SystemExit)
