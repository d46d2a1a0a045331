"""Run one function once in a thread of its own, and collect its result or its error.

    task = Task(compress, path, level=9)  # will call compress(path, level=9)
    task.start()
    ...
    size = task.result()  # waits for the end; raises what compress() raised

What it guarantees:
- result() raises the function's error, even a SystemExit, and exception() returns it. A bare
  Thread prints it, drops a SystemExit, and the exit code is 0.
- An error is not lost. If nobody asks for it, by result() or exception(), it is logged once the
  task is dropped, or at exit; to wait() is not to ask. Where nobody is going to, set
  ``log_error = True`` before start(), and it is logged when it happens.
- The interpreter waits for the function before it exits: the thread is not a daemon, even when
  a daemon started it. A daemon is cut off in the middle and its ``finally`` blocks never run.
  Where that is what you want: ``task.thread.daemon = True`` before start().
- A wait that times out says so. The function runs on: a thread cannot be stopped from outside,
  only asked, by ``task.stopping.set()``, which it sees in ``stopping()``.

The whole of it is ``Thread(target=..., args=..., kwargs=...)`` and start(); ``task.thread`` has
the rest, such as is_alive(). Not used: a Thread subclass with its own run(), which is for state
and behaviour over several functions; Thread.join(), which returns None whether the thread ended
or not, and which before Python 3.13 takes a live thread for dead once a Ctrl-C has interrupted
it (gh-90882); ThreadPool with apply_async or map, which is for many tasks.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, Generic, ParamSpec, TypeVar
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

P = ParamSpec("P")
R = TypeVar("R")
REFUSALS: Final = (RuntimeError, MemoryError)  # of a start: no room for it, or not the first
log = logging.getLogger(__name__)
_stopping: ContextVar[threading.Event] = ContextVar("stopping")


def stopping() -> threading.Event:
    """Return the Event by which the task that calls this is asked to end early.

    Outside of a task it is one that nobody sets, so that a function can be called without one. A
    thread or a pool that the task starts is outside, unless it inherits context variables, as on
    free-threaded Pythons from 3.14: give it the Event.
    """
    return _stopping.get(threading.Event())


class Task(Generic[R]):
    """One call of a function in a thread of its own."""

    def __init__(self, func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> None:
        self.thread = threading.Thread(
            target=self._call,
            args=(func, *args),
            kwargs=kwargs,
            name=getattr(func, "__name__", "task"),
            daemon=False,
        )
        self.stopping = threading.Event()  # set it to ask the function to return early
        self.log_error: bool = False  # True: log an error at once, as nobody is going to ask for it
        self.error: BaseException | None = None
        self._value: R
        self._failure: _Failure | None = None
        self._begun = False
        self._finished = threading.Event()

    def start(self) -> None:
        """Call the function in the thread: once, as a thread starts only once."""
        self._begun = True  # before it: after a Ctrl-C in there, the thread may well run
        try:
            with _signals_as_such():
                self.thread.start()
        except REFUSALS:
            self._begun = self.thread.ident is not None
            raise

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, or for ``timeout`` seconds; True if the function has ended."""
        if not self._begun:
            raise RuntimeError("start() comes before wait()")
        with _signals_as_such():
            return self._finished.wait(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the end; return the function's error, or None if it succeeded.

        Raise TimeoutError if it still runs after ``timeout`` seconds.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"{self.thread.name} still runs after {timeout} s")
        if self._failure is not None:
            self._failure.asked = True
        return self.error

    def result(self, timeout: float | None = None) -> R:
        """Wait for the end; return the function's value or raise its error.

        Raise TimeoutError if it still runs after ``timeout`` seconds.
        """
        error = self.exception(timeout)
        try:
            if error is not None:
                raise error
            return self._value
        finally:
            del error, self  # or the traceback keeps them, and all variables of the function

    def _call(self, func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> None:
        _stopping.set(self.stopping)
        try:
            self._value = func(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - nobody would see a SystemExit in a thread
            self.error = error
            if self.log_error:
                _log(f"{self.thread.name} failed", error)
            else:
                self._failure = _Failure(f"{self.thread.name} failed and nobody asked", error)
        finally:
            self._finished.set()
            del self  # or the error's traceback keeps it, too


@contextmanager
def _signals_as_such() -> Generator[None]:
    """Raise what a signal's handler raised inside threading's locks, not their RuntimeError."""
    earlier = sys.exc_info()[1]
    try:
        yield
    except RuntimeError as error:
        if error.__context__ not in (None, earlier):
            raise error.__context__ from None
        raise


class _Failure:
    """Has an error logged unless somebody asks. Not the Task itself: its ``__del__`` is yours."""

    asked = False

    def __init__(self, message: str, error: BaseException) -> None:
        self._unasked = (message, error)
        _failed.add(self)
        _log_at_exit()

    def hand_over(self) -> None:
        """Have the error logged unless somebody asked for it."""
        if not self.asked:
            self.asked = True
            _unasked.put(self._unasked)
            _log_soon()

    __del__ = hand_over


_failed: WeakSet[_Failure] = WeakSet()  # for the exit, if still there
_unasked: SimpleQueue[tuple[str, BaseException]] = SimpleQueue()  # of dropped handles
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
            _log(*_unasked.get_nowait())
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
