"""Run one function over many items on a Dask cluster, and get an outcome for every item.

    if __name__ == "__main__":
        for outcome in stream(work, items, address="tcp://scheduler:8786"):
            if isinstance(outcome, Ok):
                print(outcome.value)
            else:
                print(f"{outcome.item} failed: {outcome.error!r}")

It needs ``distributed``, this project's extra ``cluster``, and on every worker this package too.
Without an address, here or in the environment variable ``DASK_SCHEDULER_ADDRESS``, it starts worker
processes on this machine.
What holds, under load and when things fail:

- Every item that was read gives one outcome; an error of ``func`` is a value, ``Failed``. So is an
  item or a result that cannot be pickled. A batch whose worker dies runs again on another; after
  the third Dask gives it up, and its items are ``Failed`` with ``distributed.KilledWorker``. So an
  item may run more than once: make its effect one that can be repeated.
- ``items`` may be endless: it is read in the caller's thread, at most ``window`` items ahead of
  what was handed out, so memory does not grow with their number.
- An error of ``items`` itself is raised once everything read before it has been handed out.
- Leaving the loop early, by Ctrl-C too, cancels what has not started and waits for nothing: a call
  that runs goes on in its worker. Processes that were started here are ended.

It is the ``stream`` that runs in threads with ``multiprocessing.pool.ThreadPool``, on
``Client.submit``. ``Client.map`` would read the whole input at once. ``Client.get_executor`` gives an
Executor, which logs an InvalidStateError for whatever is cancelled while it runs.
"""

import logging
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import count
from math import inf
from queue import Empty, SimpleQueue
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

# Any, since Dask and cloudpickle are typed in part only, or not at all.
cloudpickle: Any = import_module("cloudpickle")
dask: Any = import_module("dask")
distributed: Any = import_module("distributed")

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
    """The call raised ``error``; its cause shows the traceback from the worker, as text."""

    item: T
    error: BaseException

    def unwrap(self) -> NoReturn:
        """Raise the error."""
        try:
            raise self.error
        finally:
            del self  # which would make a cycle: the error has its traceback, and that this frame


Outcome: TypeAlias = Ok[T, R] | Failed[T]
_Packed: TypeAlias = tuple[bool, bytes]  # whether all went well, and a pickled value or error

NOT_YET: Any = object()
"""What ``items`` may yield while it has no item, because it waits for one or for results. What has
finished is handed out then; with nothing there, the stream waits a tenth of a second for it."""


def stream(
    func: Callable[[T], R],
    items: Iterable[T],
    *,
    address: str | None = None,
    workers: int | None = None,
    ordered: bool = False,
    chunk: int = 1,
    window: int | None = None,
    timeout: float | None = None,
) -> Generator[Outcome[T, R]]:
    """Return the outcomes of all items, in input order if ``ordered`` or else as they finish.

    They come as you ask for them: without a loop over them nothing is called.
    ``func``, items and results must be picklable, by cloudpickle. Without any ``address``,
    ``workers`` processes are started here, one for every CPU unless given.
    A worker takes ``chunk`` items at a time: Dask takes some milliseconds for each chunk, so make
    it 100 ms of work or more. ``window`` is 8 chunks a worker unless given. What has finished is
    handed out before the next item is read; while ``items`` blocks, nothing is, unless it yields
    ``NOT_YET`` instead.

    Once ``timeout`` seconds are over the next step raises TimeoutError, however many results there
    are; calls that run go on in their workers. An ``items`` that blocks, the body of your loop, or
    Dask that connects, is not interrupted: then it comes as soon as they go on.
    """
    deadline = inf if timeout is None else time.monotonic() + timeout
    if not callable(func):
        raise TypeError(f"func must be callable, not {func!r}")
    if (workers is not None and workers < 1) or chunk < 1 or (window is not None and window < 1):
        raise ValueError("workers, chunk and window must be at least 1")
    if window is not None:
        chunk = min(chunk, window)
    packed_func: bytes = cloudpickle.dumps(func)
    return _stream(packed_func, iter(items), address, workers, ordered, chunk, window, deadline)


def _stream(
    packed_func: bytes,
    items: Iterator[T],
    address: str | None,
    workers: int | None,
    ordered: bool,
    chunk: int,
    window: int | None,
    deadline: float,
) -> Generator[Outcome[T, Any]]:
    crew: _Crew[T, Any] = _Crew(packed_func, address, workers)
    ready: dict[int, list[Outcome[T, Any]]] = {}  # finished, by the turn in which to hand them out
    read = given = 0  # batches
    is_finalizing = sys.is_finalizing  # for when the interpreter exits and clears all globals

    def collect(wait: bool) -> Iterable[Outcome[T, Any]]:
        """Return what is to be handed out next; with nothing there, wait a moment for it or not."""
        nonlocal given
        for turn, outcomes in crew.finished(min(0.1, in_time(_left(deadline))) if wait else 0.0):
            ready[turn if ordered else given + len(ready)] = outcomes
        following: list[Outcome[T, Any]] = []
        while given in ready:
            following += ready.pop(given)
            given += 1
        return map(in_time, following)

    def in_time(passing: Any) -> Any:
        if time.monotonic() >= deadline:
            raise TimeoutError("the stream did not end in time")
        return passing

    try:
        limit = (window or 8 * crew.size * chunk) // chunk
        batches, input_error = _batches(map(in_time, items), chunk), None
        while True:
            try:
                batch = next(batches, None)
            except Exception as error:  # noqa: BLE001 (raised below, after all that was read)
                batch, input_error = None, error
            if batch is None:
                break
            if in_time(batch):
                crew.put(read, batch)
                read += 1
            yield from collect(wait=not batch)
            while read - given == limit:
                yield from collect(wait=True)
        while given < read:
            yield from collect(wait=True)
        if input_error:
            raise input_error
    finally:
        if not is_finalizing():
            crew.close()


def map_all(
    func: Callable[[T], R],
    items: Iterable[T],
    *,
    address: str | None = None,
    workers: int | None = None,
    chunk: int = 1,
    timeout: float | None = None,
) -> list[R]:
    """Return all results in input order. The first error to happen drops the rest and is raised."""
    results: dict[int, R] = {}
    call = partial(_call_numbered, func)
    outcomes = stream(
        call,
        _numbered(items),
        address=address,
        workers=workers,
        ordered=False,
        chunk=chunk,
        timeout=timeout,
    )
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
    address: str | None = None,
    workers: int | None = None,
    chunk: int = 1,
    keep: int = 100,
    timeout: float | None = None,
) -> Report[T]:
    """Call ``func`` for its effect on every item; count, and keep the first ``keep`` failures."""
    report: Report[T] = Report(0, 0, [])
    outcomes = stream(
        func, items, address=address, workers=workers, ordered=False, chunk=chunk, timeout=timeout
    )
    with closing(outcomes):
        for outcome in outcomes:
            if isinstance(outcome, Ok):
                report.succeeded += 1
                continue
            report.failed += 1
            if len(report.first_failures) < keep:
                report.first_failures.append(outcome)
    return report


class _Crew(Generic[T, R]):
    """The client of a cluster, and the batches that it has accepted."""

    def __init__(self, packed_func: bytes, address: str | None, workers: int | None) -> None:
        self._func = packed_func
        self._tasks: dict[Any, tuple[int, list[T]]] = {}
        self._done: SimpleQueue[Any] = SimpleQueue()
        address = address or dask.config.get("scheduler-address", None)
        if address is not None:  # for a wrong one Client raises too, but hangs as the program ends
            distributed.comm.get_address_host(address)
        with ExitStack() as stack:
            if address is None:
                cluster = distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,  # for work in Python itself
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.ERROR,  # it would warn of every call that is cut off
                )
                address = stack.enter_context(cluster).scheduler_address
            self._client = stack.enter_context(distributed.Client(address, set_as_default=False))
            self._stack = stack.pop_all()
        self.size = max(1, sum(self._client.nthreads().values()))

    def put(self, turn: int, batch: list[T]) -> None:
        """Accept a batch to run."""
        packed = [_pack(item) for item in batch]
        future = self._client.submit(_run_batch, self._func, packed, pure=False)
        self._tasks[future] = turn, batch
        future.add_done_callback(self._done.put)

    def finished(self, wait: float) -> list[tuple[int, list[Outcome[T, R]]]]:
        """Return what has come back; with nothing there, first wait so many seconds for it."""
        finished: list[tuple[int, list[Outcome[T, R]]]] = []
        while wait or not self._done.empty():
            try:
                future = self._done.get(timeout=wait)
            except Empty:  # now a Ctrl-C is seen that came just before get(), or on Windows
                break
            wait = 0.0
            turn, batch = self._tasks.pop(future)
            try:
                packed: list[_Packed] = future.result()
            except Exception as error:  # noqa: BLE001 (Dask gave it up: it is the outcome)
                finished.append((turn, [Failed(item, error) for item in batch]))
            else:
                finished.append((turn, _unpack_all(batch, packed)))
        return finished

    def close(self) -> None:
        """Cancel what is still there, and leave nothing behind."""
        self._client.cancel(list(self._tasks))
        self._stack.close()


def _run_batch(packed_func: bytes, batch: list[_Packed]) -> list[_Packed]:
    """Run in a worker."""
    func = _unpickled(packed_func)
    return [_attempt(func, packed) for packed in batch]


class RemoteTraceback(Exception):  # noqa: N818 (it is text to show, as the cause of the error)
    """Where a call failed in its worker."""


def _pack(item: object) -> _Packed:
    """Pickle an item on its own, so that one that cannot be pickled is one failure."""
    try:
        return True, cloudpickle.dumps(item)
    except Exception as error:  # noqa: BLE001 (it is the outcome)
        return False, _pack_error(error)


def _attempt(func: Callable[[Any], object], packed: _Packed) -> _Packed:
    """In the worker: call ``func`` with a packed item."""
    well, data = packed
    if not well:
        return packed  # the item could not be pickled
    try:
        return True, cloudpickle.dumps(func(_unpickled(data)))
    except BaseException as error:  # noqa: BLE001 (SystemExit too: it would end the worker)
        return False, _pack_error(error)


def _pack_error(error: BaseException) -> bytes:
    text = "".join(traceback.format_exception(error))
    try:
        data: bytes = cloudpickle.dumps((error, text))
        _unpickled(data)  # trap: an exception with an __init__ of its own may fail only here
    except Exception:  # noqa: BLE001 (any class of the user's)
        substitute = RuntimeError(f"{type(error).__name__}, which cannot be pickled")
        data = pickle.dumps((substitute, text))
    return data


def _unpack_all(batch: list[T], packed: list[_Packed]) -> list[Outcome[T, Any]]:
    return [_unpack(item, result) for item, result in zip(batch, packed, strict=True)]


def _unpack(item: T, packed: _Packed) -> Outcome[T, Any]:
    well, data = packed
    try:
        value = _unpickled(data)
    except Exception as error:  # noqa: BLE001 (what func returned cannot be unpickled)
        return Failed(item, error)
    if well:
        return Ok(item, value)
    raised, text = value
    raised.__cause__ = RemoteTraceback(f"\n{text}")
    return Failed(item, raised)


def _unpickled(data: bytes) -> Any:
    return pickle.loads(data)  # noqa: S301 (it comes from our own processes)


def _numbered(items: Iterable[T]) -> Iterator[tuple[int, T]]:
    numbers = count()
    for item in items:
        passed_on: Any = item if item is NOT_YET else (next(numbers), item)
        yield passed_on


def _call_numbered(func: Callable[[T], R], numbered: tuple[int, T]) -> R:
    return func(numbered[1])


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Like itertools.batched, but neither NOT_YET nor an error holds back what was read before it."""
    batch: list[T] = []
    try:
        for item in items:
            if item is not NOT_YET:
                batch.append(item)
                if len(batch) < size:
                    continue
            yield batch
            batch = []
            del item  # it would be kept alive while ``items`` blocks
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())
