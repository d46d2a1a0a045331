"""Run different functions on one pool of threads, and follow each of them by a handle.

    with JobPool() as pool:
        jobs = [pool.submit(count_words, path), pool.submit(download, url, timeout=10)]
        for job in as_completed(jobs):
            print(job.status, job.exception() or job.result())

- Leaving the ``with`` block finishes all jobs. Leaving it by an exception cancels the waiting ones;
  Ctrl-C and sys.exit() do not wait for the running ones either.
- A pool that is never closed finishes its jobs when the interpreter exits: none is lost.
- What a job raises, be it SystemExit, stays in its handle. If nobody asks for it, by result(),
  exception(), future() or a callback, it is logged once the handle is dropped, or at exit.
- A callback may raise anything: it is logged.
- A job that waits for a job of its own pool, which may never end, gets an error instead.
- ``job.future()`` is for what wants a Future: asyncio.wrap_future, concurrent.futures.wait.

Of ThreadPool this uses ``apply_async``, once for each worker, ``close`` and ``join``. The rest is
not the right tool here. An ``apply_async`` for each job takes twice as long, its AsyncResult can
neither say "running" nor be cancelled, and a callback that raises ends the thread that hands out
all results. ``apply`` waits for each call; ``map``, ``imap`` and ``imap_unordered`` repeat one
function; ``terminate`` drops jobs, and whoever waits for one of them waits for ever. A
threading.Thread runs once, and keeps neither its result nor its error.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from functools import cache
from math import inf
from multiprocessing.pool import ThreadPool
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, ParamSpec, TypeVar, final
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
Status = Literal["waiting", "running", "done", "failed", "cancelled"]
ENDED: Final = ("done", "failed", "cancelled")
STEP: Final = 0.1  # seconds; a Ctrl-C that comes just before a wait is seen when the wait ends
log = logging.getLogger(__name__)


class Job(Generic[R_co]):
    """The handle of a submitted call, for use from any thread. Read its status, do not set it."""

    _value: R_co  # there once the job is done
    _error: BaseException | None = None
    _asked = False
    _ended: threading.Event | None = None  # made if somebody waits: an Event is expensive
    _future: _JobFuture[R_co] | None = None  # made if somebody wants it

    def __init__(self, pool: JobPool, call: Callable[[], R_co]) -> None:
        self.pool = pool
        self.status: Status = "waiting"
        self._call = call
        self._lock = threading.Lock()  # guards the status and what is made once; until the end:
        self._callbacks: list[Callable[[Job[R_co]], object]] = []

    def done(self) -> bool:
        """Whether the job has ended, in whichever way, as a Future's done()."""
        return self.status in ENDED

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job has ended; False if it has not after ``timeout`` seconds."""
        if self.done():
            return True
        self.pool.check_may_wait()
        with self._lock:
            if self.done():
                return True
            if self._ended is None:
                self._ended = threading.Event()
        deadline = monotonic() + (inf if timeout is None else timeout)
        while not self._ended.is_set() and (left := deadline - monotonic()) > 0:
            self._ended.wait(min(STEP, left))
        return self._ended.is_set()

    def result(self, timeout: float | None = None) -> R_co:
        """Wait for the result, or raise what the job raised.

        TimeoutError and CancelledError are this method's own. A timeout does not stop the job.
        """
        error = self.exception(timeout)
        try:
            if error is not None:
                raise error
            return self._value
        finally:
            del self, error  # the traceback would hold this frame, and this frame the traceback

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the end and return what the job raised: None if it is done."""
        if not self.wait(timeout):
            raise TimeoutError(f"the job has not ended after {timeout} s")
        if self.status == "cancelled":
            raise CancelledError("the job was cancelled")
        self._asked = True
        return self._error

    def cancel(self) -> bool:
        """Cancel the job if it has not started. Return whether it is cancelled."""
        with self._lock:
            if self.status != "waiting":
                return self.status == "cancelled"
            self.status = "cancelled"
        self._tell()
        return True

    def add_done_callback(self, callback: Callable[[Job[R_co]], object]) -> None:
        """Call ``callback(job)`` when the job has ended: in its thread, or here if that is past."""
        self._asked = True
        self.watch(callback)

    def future(self) -> Future[R_co]:
        """Return the job as a Future, always the same one.

        Cancelling it cancels the job, if that has not started, and the other way round.
        """
        with self._lock:
            if self._future is not None:
                return self._future
            self._future = future = _JobFuture(self)
        self.watch(future.settle)
        return future

    def watch(self, callback: Callable[[Job[R_co]], object]) -> None:
        """Do as add_done_callback, without having asked for the error. For as_completed."""
        with self._lock:
            if not self.done():
                self._callbacks.append(callback)
                return
        self._call_back(callback)

    def run(self) -> None:
        """Run the call unless it is cancelled. For the workers of the pool."""
        with self._lock:
            if self.status != "waiting":
                return
            self.status = "running"
        ended: Status = "done"
        try:
            self._value = self._call()
        except BaseException as error:  # noqa: BLE001 - an escaped SystemExit would end the worker
            self._error, ended = error, "failed"
            _failed.add(self)
        with self._lock:
            self.status = ended
        self._tell()
        del self  # the error's traceback holds this frame: in a cycle __del__ would be late

    def _tell(self) -> None:
        del self._call  # the arguments are not needed any more
        if self._ended is not None:
            self._ended.set()
        for callback in self._callbacks:
            self._call_back(callback)
        self._callbacks.clear()

    def _call_back(self, callback: Callable[[Job[R_co]], object]) -> None:
        try:
            callback(self)
        except BaseException as error:  # noqa: BLE001 - an escaped SystemExit would end the worker
            _log("a callback of a job failed", error)

    def hand_over(self) -> None:
        """Have the error logged unless somebody asked for it."""
        if self._error is not None and not self._asked:
            self._asked = True
            _unasked.put(self._error)
            _log_soon()

    __del__ = hand_over


class _JobFuture(Future[R]):
    """What happens to the job happens to it."""

    def __init__(self, job: Job[R]) -> None:
        super().__init__()
        self._job: Job[R] | None = job  # until the end, or they would keep each other alive

    def cancel(self) -> bool:
        job = self._job
        return super().cancel() if job is None else job.cancel()

    def running(self) -> bool:
        job = self._job
        return job is not None and job.status == "running"

    def settle(self, job: Job[R]) -> None:
        """Take over how the job ended."""
        if job.status == "cancelled":
            super().cancel()
            self.set_running_or_notify_cancel()  # tells concurrent.futures.wait()
        elif (error := job.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(job.result())
        self._job = None  # last: a cancel() before this would be the job's, which has ended


_failed: WeakSet[Job[Any]] = WeakSet()  # for the exit, if still there
_unasked: SimpleQueue[BaseException] = SimpleQueue()  # of dropped handles, still to be logged
_loggers: set[threading.Thread] = set()


def _log_soon() -> None:
    """Have a thread do it: a handle may be dropped anywhere, in a logging call with its locks held."""
    if not any(logger.is_alive() for logger in tuple(_loggers)):
        logger = threading.Thread(target=_log_unasked, daemon=True)
        _loggers.add(logger)
        try:
            logger.start()
        except RuntimeError:  # no thread can be had: the next one does it, or the exit
            _loggers.discard(logger)


def _log_unasked() -> None:
    with suppress(Empty):
        while True:
            _log("a job failed and nobody asked", _unasked.get_nowait())
    _loggers.discard(threading.current_thread())
    if not _unasked.empty():  # one came before the line above, and trusted in this thread
        _log_soon()


@cache
def _log_at_exit() -> None:
    atexit.register(_hand_over_all)  # not at import: it would run after the hooks that close a log


def _hand_over_all() -> None:
    """Ask for those whose handles are still there: when they are dropped it is too late."""
    for handle in tuple(_failed):
        handle.hand_over()
    for logger in tuple(_loggers):
        with suppress(RuntimeError):  # it could not be started
            logger.join()
    _log_unasked()


def _log(message: str, error: BaseException) -> None:
    with suppress(BaseException):  # of a handler: it must not end a worker
        log.error("%s: %r", message, error, exc_info=error)


@final
class JobPool:
    """Threads that run jobs. Use it as a context manager, or call close()."""

    def __init__(self, workers: int = 32, *, name: str = "jobs") -> None:
        self._workers = workers
        self._name = name
        self._process = os.getpid()
        self._threads: set[int] = set()
        self._waiting: SimpleQueue[Job[Any] | None] = SimpleQueue()  # None ends a worker
        self._closed = False
        self._left_early = False  # by close(wait=False)
        try:
            self._pool = ThreadPool(workers)
        except (AttributeError, RuntimeError) as error:  # the first from a clean-up that fails, too
            raise RuntimeError(f"could not start {workers} threads") from error
        self._loops = [self._pool.apply_async(self._work, (number,)) for number in range(workers)]
        _log_at_exit()
        atexit.register(self.close)  # the threads of a ThreadPool are daemons: jobs would be lost

    def submit(self, func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Job[R]:
        """Have ``func(*args, **kwargs)`` called by the next free worker. Never blocks."""
        self._check_process()
        job = Job(self, lambda: func(*args, **kwargs))
        if not self._closed:
            self._waiting.put(job)
        # No lock, so that a finalizer or a signal handler in the middle of this can use the pool.
        if self._closed and job.cancel():  # it is behind the None
            raise RuntimeError("the pool is closed")
        return job

    def close(self, *, drop: bool = False, wait: bool = True) -> None:
        """Refuse new jobs, finish (or ``drop``: cancel) the waiting ones, end the threads.

        Without ``wait`` this returns at once, and so does leaving the ``with`` block after it; what
        still runs when the interpreter exits is lost.
        """
        if self._process != os.getpid():
            return
        if wait:
            self.check_may_wait()
        atexit.unregister(self.close)
        self._closed = True  # before the None below, or submit() would not know
        self._left_early = not wait
        if drop:
            with suppress(Empty):
                while True:
                    if job := self._waiting.get_nowait():
                        job.cancel()
        for _ in range(self._workers):
            self._waiting.put(None)
        self._pool.close()
        if wait:
            for loop in self._loops:
                while not loop.ready():
                    loop.wait(STEP)
            self._pool.join()

    def check_may_wait(self) -> None:
        """Raise an error where no worker is left to work: they may all wait, or it is a fork."""
        self._check_process()
        if threading.get_ident() in self._threads:
            raise RuntimeError("a job must not wait for its own pool: that can last for ever")

    def _check_process(self) -> None:
        if self._process != os.getpid():
            raise RuntimeError("the pool has no threads in a forked process: make a new one there")

    def __enter__(self) -> JobPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        leave = kind is not None and issubclass(kind, KeyboardInterrupt | SystemExit)
        try:
            self.close(drop=kind is not None, wait=not (leave or self._left_early))
        except KeyboardInterrupt:  # while waiting for the jobs
            self.close(drop=True, wait=False)
            raise

    def _work(self, number: int) -> None:
        threading.current_thread().name = f"{self._name}-{number}"
        self._threads.add(threading.get_ident())
        for job in iter(self._waiting.get, None):
            job.run()
            del job  # a worker that waits for the next one keeps no result alive
            if not _unasked.empty():
                _log_unasked()  # or errors could pile up faster than one thread logs them
        self._threads.remove(threading.get_ident())  # the number will be given to other threads


def as_completed(jobs: Iterable[Job[R]], timeout: float | None = None) -> Iterator[Job[R]]:
    """Yield each job when it has ended, however it ended.

    Raise TimeoutError instead when ``timeout`` seconds have passed since this call, and those have
    been yielded that had ended by then. The others run on.
    """
    ended: SimpleQueue[Job[R] | None] = SimpleQueue()
    watched = list(jobs)
    for job in watched:
        if not job.done():
            job.pool.check_may_wait()
        job.watch(ended.put)
    deadline = monotonic() + (inf if timeout is None else timeout)
    return (_next(ended, deadline) for _ in range(len(watched)))


def _next(ended: SimpleQueue[Job[R] | None], deadline: float) -> Job[R]:
    while True:
        now = monotonic()
        if now >= deadline:
            ended.put(None)  # behind those that came in time
        with suppress(Empty):
            job = ended.get(timeout=min(STEP, abs(deadline - now)))
            if job is None:
                raise TimeoutError("not all jobs have ended in time")
            return job


def first_result(jobs: Iterable[Job[R]], timeout: float | None = None) -> Job[R] | None:
    """Wait for the first job that succeeds and cancel those not started; None if none succeeds.

    Raise TimeoutError, and cancel nothing, if none has within ``timeout`` seconds.
    """
    return _first("done", list(jobs), timeout)


def first_error(jobs: Iterable[Job[R]], timeout: float | None = None) -> Job[R] | None:
    """Wait for the first job that fails and cancel those not started; None if none fails.

    Raise TimeoutError, and cancel nothing, if none has within ``timeout`` seconds.
    """
    return _first("failed", list(jobs), timeout)


def _first(status: Status, jobs: list[Job[R]], timeout: float | None) -> Job[R] | None:
    for job in as_completed(jobs, timeout):
        if job.status == status:
            for other in jobs:
                other.cancel()
            return job
    return None
