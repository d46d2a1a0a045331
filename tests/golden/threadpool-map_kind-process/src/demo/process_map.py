"""Run one function over many items in a crew of processes, and get an outcome for every item.

    if __name__ == "__main__":
        for outcome in stream(work, items):
            if isinstance(outcome, Ok):
                print(outcome.value)
            else:
                print(f"{outcome.item} failed: {outcome.error!r}")

For work in Python itself, which threads do not speed up under the GIL. What holds, under load and
when things fail:

- Every item that was read gives one outcome; an error of ``func`` is a value, ``Failed``. So is an
  item or a result that cannot be pickled, and a worker that is killed: ``WorkerDied``, for the batch
  that it had. Another takes its place.
- ``items`` may be endless: it is read in the caller's thread, at most ``window`` items ahead of
  what was handed out, so memory does not grow with their number.
- An error of ``items`` itself is raised once everything read before it has been handed out.
- Leaving the loop early drops what has not started and waits for the calls that are running, so that
  none is cut off halfway. Ctrl-C, ``sys.exit()`` and a timeout kill the workers: see ``stream``.

It is the ``stream`` that runs in threads with ``multiprocessing.pool.ThreadPool``, on processes.
``multiprocessing.Pool`` has ThreadPool's API, and one trap more: when a worker is killed (by hand,
or because memory ran out) its call's result never comes, and if it held a lock of the pool's queues
no other worker gets on, nor does ``terminate``. So this has a ``Process`` and a ``Pipe`` for each
worker: no lock, no thread, and the end of a pipe tells which worker has gone, and what it had.
"""

import os
import pickle
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from math import inf
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for_any
from types import FrameType
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_NOT_BEGUN = (
    "a worker ended before it began: does the program start under"
    ' `if __name__ == "__main__":`, and can a worker import its modules?'
)
_GONE = (EOFError, OSError)  # what a pipe raises when there is nobody at its other end


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


class WorkerDied(Exception):  # noqa: N818 (it says what happened)
    """The process that ran the call, or another of its batch, ended before it had a result."""


def stream(
    func: Callable[[T], R],
    items: Iterable[T],
    *,
    workers: int | None = None,
    ordered: bool = False,
    chunk: int = 1,
    window: int | None = None,
    timeout: float | None = None,
) -> Generator[Outcome[T, R]]:
    """Return the outcomes of all items, in input order if ``ordered`` or else as they finish.

    They come as you ask for them: without a loop over them nothing is called.
    ``func`` must be picklable, as a function of a module is, and so must items and results.
    There is a worker for every CPU that this process may use, unless ``workers`` is given.
    A worker takes ``chunk`` items at a time: more than 1 pays for calls of under a millisecond.
    ``window`` is 8 chunks a worker unless given. What has finished is handed out before the next
    item is read; while ``items`` blocks, nothing is, unless it yields ``NOT_YET`` instead.

    Once ``timeout`` seconds are over the next step raises TimeoutError, however many results there
    are, and the workers are killed. An ``items`` that blocks, or the body of your loop, is not
    interrupted: then it comes as soon as they go on.

    To leave a loop early over calls that take long, write ``with closing(stream(...)) as outcomes``:
    only so can Ctrl-C or sys.exit() in the body of the loop, or while leaving it, end it at once.
    """
    deadline = inf if timeout is None else time.monotonic() + timeout
    if not callable(func):
        raise TypeError(f"func must be callable, not {func!r}")
    if (workers is not None and workers < 1) or chunk < 1 or (window is not None and window < 1):
        raise ValueError("workers, chunk and window must be at least 1")
    if window is not None:
        chunk = min(chunk, window)
    packed_func = pickle.dumps(func)  # here, so that it fails alike with every start method
    return _stream(packed_func, iter(items), workers, ordered, chunk, window, deadline)


def _stream(
    packed_func: bytes,
    items: Iterator[T],
    workers: int | None,
    ordered: bool,
    chunk: int,
    window: int | None,
    deadline: float,
) -> Generator[Outcome[T, Any]]:
    crew: _Crew[T, Any] = _Crew(packed_func, workers or _cpus())
    ready: dict[int, list[Outcome[T, Any]]] = {}  # finished, by the turn in which to hand them out
    read = given = 0  # batches
    earlier = sys.exc_info()[1]
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
            raise input_error  # noqa: TRY301 (it must not pass the clean-up below)
    except BaseException as error:
        if not is_finalizing() and _is_exit(error, earlier):
            crew.kill()
        raise
    finally:
        if not is_finalizing():
            crew.close(deadline)


def map_all(
    func: Callable[[T], R],
    items: Iterable[T],
    *,
    workers: int | None = None,
    chunk: int = 1,
    timeout: float | None = None,
) -> list[R]:
    """Return all results in input order. The first error to happen drops the rest and is raised."""
    results: dict[int, R] = {}
    call = partial(_call_numbered, func)
    outcomes = stream(
        call, _numbered(items), workers=workers, ordered=False, chunk=chunk, timeout=timeout
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
    workers: int | None = None,
    chunk: int = 1,
    keep: int = 100,
    timeout: float | None = None,
) -> Report[T]:
    """Call ``func`` for its effect on every item; count, and keep the first ``keep`` failures."""
    report: Report[T] = Report(0, 0, [])
    outcomes = stream(func, items, workers=workers, ordered=False, chunk=chunk, timeout=timeout)
    with closing(outcomes):
        for outcome in outcomes:
            if isinstance(outcome, Ok):
                report.succeeded += 1
                continue
            report.failed += 1
            if len(report.first_failures) < keep:
                report.first_failures.append(outcome)
    return report


@dataclass(slots=True)
class _Worker(Generic[T]):
    process: Process
    started: bool = False  # it has said so
    task: tuple[int, list[T]] | None = None  # a batch and its turn


_crews: set[object] = set()
"""Those with processes. Trap: the garbage collector may close the pipes of one that is garbage before
its stream closes them again, when their numbers may be those of other files."""


class _Crew(Generic[T, R]):
    """Processes that run one batch each at a time. They are started as batches come."""

    def __init__(self, packed_func: bytes, size: int) -> None:
        self.size = size
        self._func = packed_func
        self._owner = os.getpid()
        self._queue: deque[tuple[int, list[T]]] = deque()
        self._workers: dict[Connection, _Worker[T]] = {}
        self._idle: list[Connection] = []
        _crews.add(self)

    def put(self, turn: int, batch: list[T]) -> None:
        """Accept a batch to run."""
        self._queue.append((turn, batch))
        self._give()
        if self._queue and len(self._workers) < self.size:
            self._start()

    def finished(self, wait: float) -> list[tuple[int, list[Outcome[T, R]]]]:
        """Return what has come back; with nothing there, first wait so many seconds for it."""
        finished: list[tuple[int, list[Outcome[T, R]]]] = []
        for pipe in self._readable(wait):
            worker = self._workers[pipe]
            try:
                packed: list[_Packed] = pipe.recv()
            except _GONE:
                died = self._bury(pipe)
                if not worker.started:
                    raise RuntimeError(_NOT_BEGUN) from died
                if worker.task:
                    turn, batch = worker.task
                    finished.append((turn, [Failed(item, died) for item in batch]))
            else:
                if worker.task:
                    turn, batch = worker.task
                    finished.append((turn, _unpack_all(batch, packed)))
                worker.started, worker.task = True, None
                self._idle.append(pipe)
        self._give()
        if self._queue and not self._workers:
            self._start()
        return finished

    def close(self, deadline: float) -> None:
        """Drop what is queued, let the calls that run end, and leave nothing behind."""
        if os.getpid() != self._owner:
            return  # a fork's copy of the stream was garbage
        try:
            self._queue.clear()
            while any(worker.task for worker in self._workers.values()) and _left(deadline):
                self.finished(min(1.0, _left(deadline)))
            for pipe in self._workers:
                with suppress(*_GONE):
                    pipe.send(None)
            for worker in self._workers.values():
                worker.process.join(_left(deadline))
        finally:
            self.kill()

    def kill(self) -> None:
        """End all processes at once. Unlike terminate() nothing that runs in them can delay it."""
        for worker in self._workers.values():
            worker.process.kill()
        while self._workers:
            self._bury(next(iter(self._workers)))
        _crews.discard(self)

    def _start(self) -> None:
        ends: Any = Pipe()  # PipeConnections on Windows
        pipe, theirs = ends
        process = Process(target=_run_worker, args=(self._func, theirs, pipe), daemon=True)
        try:
            with _sigint_held_back():
                process.start()
                self._workers[pipe] = _Worker(process)
        except (EOFError, ConnectionError) as error:  # from a fork server that failed so itself
            raise RuntimeError(_NOT_BEGUN) from error
        theirs.close()  # so that the end of the process is the end of the pipe

    def _give(self) -> None:
        while self._queue and self._idle:
            pipe = self._idle.pop()
            _, batch = self._workers[pipe].task = self._queue.popleft()
            with suppress(OSError):  # it has died, as finished() will find
                pipe.send([_pack(item) for item in batch])

    def _readable(self, timeout: float) -> list[Connection]:
        ready = wait_for_any(list(self._workers), timeout)
        pipes = [pipe for pipe in self._workers if pipe in ready]
        if timeout and not pipes:  # trap: a fork by another thread may hold a dead worker's pipe
            for pipe, worker in self._workers.items():
                if not worker.process.is_alive() and not pipe.poll():
                    pipe.close()
                    pipes.append(pipe)
        return pipes

    def _bury(self, pipe: Connection) -> WorkerDied:
        worker = self._workers.pop(pipe)
        if pipe in self._idle:
            self._idle.remove(pipe)
        pipe.close()
        worker.process.join(5)  # it is about to end
        worker.process.kill()
        worker.process.join()
        died = WorkerDied(f"its process ended with exit code {worker.process.exitcode}")
        worker.process.close()
        return died


def _run_worker(packed_func: bytes, pipe: Connection, other_end: Connection) -> None:
    """What a worker does. It says that it has started, then answers every batch, up to None."""
    signal.signal(signal.SIGINT, _ignore)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    other_end.close()  # a fork has both
    func = _unpickled(packed_func)
    with suppress(*_GONE):  # the main process is gone
        pipe.send([])
        while (batch := pipe.recv()) is not None:
            pipe.send([_attempt(func, packed) for packed in batch])


def _ignore(_signal: int, _frame: FrameType | None) -> None:
    """Leave Ctrl-C to the main process. (SIG_IGN would go on to programs that ``func`` starts.)"""


class RemoteTraceback(Exception):  # noqa: N818 (it is text to show, as the cause of the error)
    """Where a call failed in its worker."""


def _pack(item: object) -> _Packed:
    """Pickle an item on its own, so that one that cannot be pickled is one failure."""
    try:
        return True, pickle.dumps(item)
    except Exception as error:  # noqa: BLE001 (it is the outcome)
        return False, _pack_error(error)


def _attempt(func: Callable[[Any], object], packed: _Packed) -> _Packed:
    """In the worker: call ``func`` with a packed item."""
    well, data = packed
    if not well:
        return packed  # the item could not be pickled
    try:
        return True, pickle.dumps(func(_unpickled(data)))
    except BaseException as error:  # noqa: BLE001 (SystemExit too: it would end the worker)
        return False, _pack_error(error)


def _pack_error(error: BaseException) -> bytes:
    text = "".join(traceback.format_exception(error))
    try:
        data: bytes = pickle.dumps((error, text))
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


def _left(deadline: float) -> float:
    return min(max(0.0, deadline - time.monotonic()), 1e6)  # trap: poll() overflows, with inf too


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


@contextmanager
def _sigint_held_back() -> Generator[None]:
    """Start a process without Ctrl-C: it prints a traceback in a process that has just begun."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cpus() -> int:
    """How many CPUs this process may use, which may be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_exit(error: BaseException, earlier: BaseException | None) -> bool:
    """Tell whether it is Ctrl-C or sys.exit(), here or in the ``with`` that closes the stream.

    An ``earlier`` one, that was being handled when the stream began, is not.
    """
    if isinstance(error, GeneratorExit) and error.__context__ is not earlier:
        error = error.__context__ or error
    return isinstance(error, KeyboardInterrupt | SystemExit)
