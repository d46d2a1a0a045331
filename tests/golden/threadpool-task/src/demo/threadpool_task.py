"""Run one function in the background, look how it is getting on, and collect its result.

    task = Task(tree_size, "/home")
    while not task.wait(timeout=1):
        print("still working")
    print(task.get())  # or raises what the function raised

- The task ends its own threads: there is nothing to close, and no ``with`` block to stay in.
- The interpreter waits for the task before it exits, even if its handle is gone: nothing that was
  begun is cut off. Call ``abandon()`` if it may be, after Ctrl-C for example.
- A timeout ends the waiting, never the task: a thread cannot be stopped from outside.
- What the function raises, be it SystemExit, is raised by ``get()`` and returned by ``exception()``.
  If nobody asks, it is logged once the handle is dropped, or at exit.
- In terms of a Future, ``get`` is result, ``ready`` is done, and ``successful`` means that
  ``exception()`` is None.

It is a ThreadPool of one thread: ``apply_async`` runs the function and gives an AsyncResult with
``ready``, ``successful``, ``wait`` and ``get``, ``close`` lets the threads end with the task, and
``join`` waits for that. ``apply`` is the same as a plain call, ``map``, ``imap`` and
``imap_unordered`` are for many calls, and ``terminate``, which is also what leaving a pool's
``with`` block does, can lose the result. A threading.Thread has no result, no error and no status.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from contextlib import suppress
from functools import cache
from math import inf
from multiprocessing.pool import ThreadPool
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, TypeVar
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")
STEP: Final = 0.1  # seconds; a Ctrl-C that comes just before a wait is seen when the wait ends
log = logging.getLogger(__name__)


class Task(Generic[R]):
    """One call that runs in the background from now on."""

    _value: R  # there once the function has returned
    _error: BaseException | None = None
    _asked = False

    def __init__(self, func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> None:
        self._process = os.getpid()
        self._pool = ThreadPool(1)
        _log_at_exit()
        atexit.register(self._pool.join)  # pool threads are daemons: they would be cut off at exit
        self._result = self._pool.apply_async(self._run, (func, args, kwargs))
        self._pool.close()  # no second call will come: the threads end with the first

    def ready(self) -> bool:
        """Whether the task has ended."""
        return self._result.ready()

    def successful(self) -> bool:
        """Whether the task has ended without an error; ValueError if it has not ended."""
        if not self.ready():
            raise ValueError("the task has not ended: it is not ready")
        return self._error is None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the task has ended; False if it has not after ``timeout`` seconds."""
        deadline = monotonic() + (inf if timeout is None else timeout)
        while not self.ready() and (left := deadline - monotonic()) > 0:
            if self._process != os.getpid():
                raise RuntimeError("the task does not run in a forked process: it never ends there")
            self._result.wait(min(STEP, left))
        return self.ready()

    def get(self, timeout: float | None = None) -> R:
        """Wait for the result and return it, or raise the task's error. See exception()."""
        error = self.exception(timeout)
        try:
            if error is not None:
                raise error
            return self._value
        finally:
            del self, error  # the traceback would hold this frame, and this frame the traceback

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the end and return the task's error, None if it succeeded.

        Raises TimeoutError if the task has not ended after ``timeout`` seconds; it runs on.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"the task has not ended after {timeout} s")
        self._asked = True
        return self._error

    error = exception  # its name up to 2.0

    def abandon(self) -> None:
        """Let the interpreter exit without waiting for the task."""
        atexit.unregister(self._pool.join)

    def _run(self, func: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        try:
            self._value = func(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - an escaped SystemExit would end the thread
            self._error = error
            _failed.add(self)
        finally:
            self.abandon()  # it has ended
            del self  # the error's traceback holds this frame: in a cycle __del__ would be late

    def hand_over(self) -> None:
        """Have the error logged unless somebody asked for it."""
        if self._error is not None and not self._asked:
            self._asked = True
            _unasked.put(self._error)
            _log_soon()

    __del__ = hand_over


_failed: WeakSet[Task[Any]] = WeakSet()  # for the exit, if still there
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
            _log("a task failed and nobody asked", _unasked.get_nowait())
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
