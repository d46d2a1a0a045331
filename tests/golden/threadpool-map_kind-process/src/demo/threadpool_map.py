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
  none is cut off halfway. Ctrl-C and ``sys.exit()`` kill the workers instead: see ``stream``.

It is the ``stream`` that runs in threads with ``multiprocessing.pool.ThreadPool``, on processes.
``multiprocessing.Pool`` has ThreadPool's API, and one trap more: when a worker is killed (by hand,
or because memory ran out) its call's result never comes, and if it held a lock of the pool's queues
no other worker gets on, nor does ``terminate``. So this has a ``Process`` and a ``Pipe`` for each
worker: no lock, no thread, and the end of a pipe tells which worker has gone, and what it had.
"""

import os
import pickle
import signal
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for_any
from types import FrameType
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

T = TypeVar("T")
R = TypeVar("R")

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
        raise self.error


Outcome: TypeAlias = Ok[T, R] | Failed[T]
_Packed: TypeAlias = tuple[bool, bytes]  # whether all went well, and a pickled value or error


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
) -> Generator[Outcome[T, R]]:
    """Return the outcomes of all items, in input order if ``ordered`` or else as they finish.

    They come as you ask for them: without a loop over them nothing is called.
    ``func`` must be picklable, as a function of a module is, and so must items and results.
    There is a worker for every CPU that this process may use, unless ``workers`` is given.
    A worker takes ``chunk`` items at a time: more than 1 pays for calls of under a millisecond.
    ``window`` is 8 chunks a worker unless given. What has finished is handed out before the next
    item is read; while ``items`` blocks, nothing is.

    To leave a loop early over calls that take long, write ``with closing(stream(...)) as outcomes``:
    only so can Ctrl-C in the body of the loop, or while leaving it, end it without waiting.
    """
    if (workers is not None and workers < 1) or chunk < 1 or (window is not None and window < 1):
        raise ValueError("workers, chunk and window must be at least 1")
    if window is not None:
        chunk = min(chunk, window)
    return _stream(func, items, workers, ordered, chunk, window)


def _stream(
    func: Callable[[T], R],
    items: Iterable[T],
    workers: int | None,
    ordered: bool,
    chunk: int,
    window: int | None,
) -> Generator[Outcome[T, R]]:
    crew: _Crew[T, R] = _Crew(func, workers or _cpus())
    ready: dict[int, list[Outcome[T, R]]] = {}  # finished, by the turn in which to hand them out
    read = given = 0  # batches

    def collect(wait: bool) -> list[Outcome[T, R]]:
        """Return what is to be handed out next; with nothing there, wait for it or return []."""
        nonlocal given
        while True:
            waiting = wait and given not in ready
            for turn, outcomes in crew.finished(wait=waiting):
                ready[turn if ordered else given + len(ready)] = outcomes
            if not waiting:
                break
        following: list[Outcome[T, R]] = []
        while given in ready:
            following += ready.pop(given)
            given += 1
        return following

    try:
        limit = (window or 8 * crew.size * chunk) // chunk
        batches, input_error = _batches(items, chunk), None
        while True:
            try:
                batch = next(batches, None)
            except Exception as error:  # noqa: BLE001 (raised below, after all that was read)
                batch, input_error = None, error
            if batch is None:
                break
            crew.put(read, batch)
            read += 1
            yield from collect(wait=read - given == limit)
        while given < read:
            yield from collect(wait=True)
        if input_error:
            raise input_error  # noqa: TRY301 (it must not pass the clean-up below)
    except BaseException as error:
        if _is_exit(error):
            crew.kill()
        raise
    finally:
        crew.close()


def map_all(
    func: Callable[[T], R],
    items: Iterable[T],
    *,
    workers: int | None = None,
    chunk: int = 1,
) -> list[R]:
    """Return all results in input order. The first error to happen drops the rest and is raised."""
    results: dict[int, R] = {}
    call = partial(_call_numbered, func)
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
    workers: int | None = None,
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


@dataclass(slots=True)
class _Worker(Generic[T]):
    process: Process
    started: bool = False  # it has said so
    task: tuple[int, list[T]] | None = None  # a batch and its turn


class _Crew(Generic[T, R]):
    """Processes that run one batch each at a time. They are started as batches come."""

    def __init__(self, func: Callable[[T], R], size: int) -> None:
        self.size = size
        self._func = pickle.dumps(func)  # here, so that it fails alike with every start method
        self._owner = os.getpid()
        self._queue: deque[tuple[int, list[T]]] = deque()
        self._workers: dict[Connection, _Worker[T]] = {}
        self._idle: list[Connection] = []

    def put(self, turn: int, batch: list[T]) -> None:
        """Accept a batch to run."""
        self._queue.append((turn, batch))
        self._give()
        if self._queue and len(self._workers) < self.size:
            self._start()

    def finished(self, *, wait: bool) -> list[tuple[int, list[Outcome[T, R]]]]:
        """Return what has come back; with nothing there, wait a while for it, or return []."""
        finished: list[tuple[int, list[Outcome[T, R]]]] = []
        for pipe in self._readable(1.0 if wait else 0.0):
            worker = self._workers[pipe]
            try:
                packed: list[_Packed] = pipe.recv()
            except _GONE:
                died = self._bury(pipe)
                if not worker.started:
                    raise RuntimeError(
                        "a worker ended before it began: does the program start under"
                        ' `if __name__ == "__main__":`, and can a worker import its modules?'
                    ) from died
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

    def close(self) -> None:
        """Let the calls that run end, drop what is queued, and leave nothing behind."""
        if os.getpid() != self._owner:
            return  # a fork's copy of the stream was garbage
        try:
            for pipe, worker in self._workers.items():
                with suppress(*_GONE):
                    if worker.task:
                        pipe.recv()
                    pipe.send(None)
            for worker in self._workers.values():
                worker.process.join()
        finally:
            self.kill()

    def kill(self) -> None:
        """End all processes at once. Unlike terminate() nothing that runs in them can delay it."""
        for worker in self._workers.values():
            worker.process.kill()
        while self._workers:
            self._bury(next(iter(self._workers)))

    def _start(self) -> None:
        ends: Any = Pipe()  # PipeConnections on Windows
        pipe, theirs = ends
        process = Process(target=_run_worker, args=(self._func, theirs, pipe), daemon=True)
        with _sigint_held_back():
            process.start()
            self._workers[pipe] = _Worker(process)
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


def _call_numbered(func: Callable[[T], R], numbered: tuple[int, T]) -> R:
    return func(numbered[1])


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


def _is_exit(error: BaseException) -> bool:
    """Tell whether it is Ctrl-C or sys.exit(), here or in the ``with`` that closes the stream."""
    if isinstance(error, GeneratorExit):
        return isinstance(error.__context__, KeyboardInterrupt | SystemExit)
    return isinstance(error, KeyboardInterrupt | SystemExit)
