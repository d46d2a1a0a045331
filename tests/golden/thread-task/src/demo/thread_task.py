"""Run one function once in a thread of its own, and collect its result or its error.

    task = Task(compress, path, level=9)  # will call compress(path, level=9)
    task.start()
    ...
    size = task.result()  # waits for the end; raises what compress() raised

What it guarantees:
- result() raises the function's error, even a SystemExit, and exception() returns it. A bare
  Thread prints it, drops a SystemExit, and the exit code is 0.
- An error is not lost. It is logged when it happens, as a bare Thread prints it, since nobody
  can know whether you will ask later. If you are going to, set ``log_error = False`` before
  start(); a wait does so, too. It is then logged at exit, and only if nobody has asked for it
  by result() or exception(). Set ``log_error = True`` should you give up.
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
import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)
_stopping: ContextVar[threading.Event] = ContextVar("stopping")
_unasked: dict[int, Task[Any]] = {}  # by id: failed, not logged, and nobody has asked why


def _log_unasked() -> None:
    while _unasked:
        _, task = _unasked.popitem()
        with suppress(Exception):  # a filter of the log's that fails must not hide the others
            log.error("%s failed, and nobody asked", task.thread.name, exc_info=task.error)


@cache
def _log_at_exit() -> None:
    atexit.register(_log_unasked)  # not at import: it would run after the hooks that close a log


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
        self.log_error = True  # set it to False if you are going to ask for the error
        self.error: BaseException | None = None
        self._value: R
        self._begun = False
        self._finished = threading.Event()

    def start(self) -> None:
        """Call the function in the thread: once, as a thread starts only once."""
        self._begun = True  # before it: after a Ctrl-C in there, the thread may well run
        try:
            with _ctrl_c_as_such():
                self.thread.start()
        except Exception:  # refused, or started already
            self._begun = self.thread.ident is not None
            raise

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, or for ``timeout`` seconds; True if the function has ended."""
        if not self._begun:
            raise RuntimeError("start() comes before wait()")
        self.log_error = False
        with _ctrl_c_as_such():
            return self._finished.wait(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the end; return the function's error, or None if it succeeded.

        Raise TimeoutError if it still runs after ``timeout`` seconds.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"{self.thread.name} still runs after {timeout} s")
        _unasked.pop(id(self), None)
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
        except BaseException as error:  # SystemExit too: nobody would see it in a thread
            self.error = error
            if self.log_error:
                log.exception("%s failed", self.thread.name)
            else:
                _unasked[id(self)] = self
                _log_at_exit()
        finally:
            self._finished.set()
            del self  # or the error's traceback keeps it, too


@contextmanager
def _ctrl_c_as_such() -> Generator[None]:
    """Raise a Ctrl-C that hits threading's own locks, which turn it into a RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise error.__context__ from None
        raise
