"""Run different functions on one pool of threads, and follow each of them by a handle.

    with JobPool() as pool:
        jobs = [pool.submit(count_words, path), pool.submit(download, url, timeout=10)]
        for job in as_completed(jobs):
            print(job.status, job.exception() or job.result())

- Leaving the ``with`` block finishes all jobs. Leaving it by an exception cancels the waiting ones;
  Ctrl-C and sys.exit() do not wait for the running ones either.
- A pool that is never closed finishes its jobs when the interpreter exits: none is lost.
- What a job raises, be it SystemExit, stays in its handle. If nobody asks for it, it is logged as
  soon as the handle is dropped. An error in a callback is logged.
- A job that waits for a job of its own pool, which may never end, gets an error instead.

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
import sys
import threading
from concurrent.futures import CancelledError
from contextlib import suppress
from multiprocessing.pool import ThreadPool
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, ParamSpec, TypeVar, final

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

    def __init__(self, pool: JobPool, call: Callable[[], R_co]) -> None:
        self.pool = pool
        self.status: Status = "waiting"
        self._call = call
        self._error: BaseException | None = None
        self._asked = False
        self._lock = threading.Lock()  # guards the status, and until the end the two below
        self._ended: threading.Event | None = None  # made if somebody waits: an Event is expensive
        self._callbacks: list[Callable[[Job[R_co]], object]] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job has ended; False if it has not after ``timeout`` seconds."""
        with self._lock:
            if self.status in ENDED:
                return True
            self.pool.check_may_wait()
            if self._ended is None:
                self._ended = threading.Event()
        while timeout is None and not self._ended.wait(STEP):
            pass
        return self._ended.wait(timeout)

    def result(self, timeout: float | None = None) -> R_co:
        """Wait for the result, or raise what the job raised.

        TimeoutError and CancelledError are this method's own. A timeout does not stop the job.
        """
        error = self.exception(timeout)
        if error is not None:
            raise error
        return self._value

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
        with self._lock:
            if self.status not in ENDED:
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
        except BaseException:  # an escaped SystemExit would end the worker
            log.exception("the callback %r of a job failed", callback)

    def __del__(self) -> None:
        if self._error is not None and not self._asked:
            traceback = None if sys.is_finalizing() else self._error  # too late to format it
            log.error("a job failed and nobody asked: %r", self._error, exc_info=traceback)


@final
class JobPool:
    """Threads that run jobs. Use it as a context manager, or call close()."""

    def __init__(self, workers: int = 32, *, name: str = "jobs") -> None:
        self._workers = workers
        self._name = name
        self._process = os.getpid()
        self._threads: set[int] = set()
        self._waiting: SimpleQueue[Job[Any] | None] = SimpleQueue()  # None ends a worker
        self._lock = threading.Lock()  # no job gets in behind the None
        self._closed = False
        self._left_early = False  # by close(wait=False)
        try:
            self._pool = ThreadPool(workers)
        except AttributeError as error:  # from its clean-up, which hides why a thread did not start
            raise RuntimeError(f"could not start {workers} threads") from error
        self._loops = [self._pool.apply_async(self._work, (number,)) for number in range(workers)]
        atexit.register(self.close)  # the threads of a ThreadPool are daemons: jobs would be lost

    def submit(self, func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Job[R]:
        """Have ``func(*args, **kwargs)`` called by the next free worker. Never blocks."""
        if self._process != os.getpid():
            raise RuntimeError("the pool has no threads in a forked process: make a new one there")
        job = Job(self, lambda: func(*args, **kwargs))
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._waiting.put(job)
        return job

    def close(self, *, drop: bool = False, wait: bool = True) -> None:
        """Refuse new jobs, finish (or ``drop``: cancel) the waiting ones, end the threads.

        Without ``wait`` this returns at once, and so does leaving the ``with`` block after it; what
        still runs when the interpreter exits is lost.
        """
        if wait:
            self.check_may_wait()
        atexit.unregister(self.close)
        with self._lock:
            self._closed = True
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
        """Raise an error in a job of this pool: when all workers wait, none is left to work."""
        if threading.get_ident() in self._threads:
            raise RuntimeError("a job must not wait for its own pool: that can last for ever")

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
        self._threads.remove(threading.get_ident())  # the number will be given to other threads


def as_completed(jobs: Iterable[Job[R]]) -> Iterator[Job[R]]:
    """Yield each job when it has ended, however it ended."""
    ended: SimpleQueue[Job[R]] = SimpleQueue()
    watched = list(jobs)
    for job in watched:
        job.pool.check_may_wait()
        job.add_done_callback(ended.put)
    for _ in watched:
        yield _next(ended)


def _next(ended: SimpleQueue[Job[R]]) -> Job[R]:
    while True:
        with suppress(Empty):
            return ended.get(timeout=STEP)


def first_result(jobs: Iterable[Job[R]]) -> Job[R] | None:
    """Wait for the first job that succeeds and cancel those not started; None if none succeeds."""
    return _first("done", list(jobs))


def first_error(jobs: Iterable[Job[R]]) -> Job[R] | None:
    """Wait for the first job that fails and cancel those not started; None if none fails."""
    return _first("failed", list(jobs))


def _first(status: Status, jobs: list[Job[R]]) -> Job[R] | None:
    for job in as_completed(jobs):
        if job.status == status:
            for other in jobs:
                other.cancel()
            return job
    return None
