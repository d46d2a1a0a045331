"""Run one function once in a thread of its own, and collect its result or its error.

    task = Task(compress, path, level=9)  # will call compress(path, level=9)
    task.start()
    ...
    size = task.result()  # waits for the end; raises what compress() raised

What it guarantees:
- result() raises the function's error, even a SystemExit. It is logged if nobody waits when it
  happens, unless ``log_error`` is False. A bare Thread prints it, and the exit code is 0.
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

import logging
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)
_stopping: ContextVar[threading.Event] = ContextVar("stopping")


def stopping() -> threading.Event:
    """Return the Event by which the task that calls this is asked to end early.

    Outside of a task it is one that nobody sets, so that a function can be called without one.
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
        self.log_error = True  # until somebody waits; set it to False if you are going to
        self.error: BaseException | None = None
        self._value: R
        self._finished = threading.Event()

    def start(self) -> None:
        """Call the function in the thread: once, as a thread starts only once."""
        self.thread.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, or for ``timeout`` seconds; True if the function has ended."""
        if self.thread.ident is None:
            raise RuntimeError("start() comes before wait()")
        self.log_error = False
        return self._finished.wait(timeout)

    def result(self, timeout: float | None = None) -> R:
        """Wait for the end; return the function's value or raise its error.

        Raise TimeoutError if it still runs after ``timeout`` seconds.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"{self.thread.name} still runs after {timeout} s")
        if self.error is not None:
            raise self.error
        return self._value

    def _call(self, func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> None:
        _stopping.set(self.stopping)
        try:
            self._value = func(*args, **kwargs)
        except BaseException as error:  # SystemExit too: nobody would see it in a thread
            self.error = error
            if self.log_error:
                log.exception("%s failed", self.thread.name)
        finally:
            self._finished.set()
