"""Run one function in the background, look how it is getting on, and collect its result.

    task = Task(tree_size, "/home")
    while not task.wait(timeout=1):
        print("still working")
    print(task.get())  # or raises what the function raised

- The task ends its own threads: there is nothing to close, and no ``with`` block to stay in.
- The interpreter waits for the task before it exits, even if its handle is gone: nothing that was
  begun is cut off. Call ``abandon()`` if it may be, after Ctrl-C for example.
- A timeout ends the waiting, never the task: a thread cannot be stopped from outside.
- An error is raised by ``get()``. If nobody asks, it is logged as soon as the handle is dropped.

It is a ThreadPool of one thread: ``apply_async`` runs the function and gives an AsyncResult with
``ready``, ``successful``, ``wait`` and ``get``, ``close`` lets the threads end with the task, and
``join`` waits for that. ``apply`` is the same as a plain call, ``map``, ``imap`` and
``imap_unordered`` are for many calls, and ``terminate``, which is also what leaving a pool's
``with`` block does, can lose the result. A threading.Thread has no result, no error and no status.
"""

from __future__ import annotations

import atexit
import logging
import sys
from multiprocessing.pool import ThreadPool
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)


class Task(Generic[R]):
    """One call that runs in the background from now on."""

    def __init__(self, func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> None:
        self._error: Exception | None = None
        self._asked = False
        self._pool = ThreadPool(1)
        atexit.register(self._pool.join)  # pool threads are daemons: they would be cut off at exit
        self._result = self._pool.apply_async(self._run, (func, args, kwargs))
        self._pool.close()  # no second call will come: the threads end with the first

    def ready(self) -> bool:
        """Whether the task has ended."""
        return self._result.ready()

    def successful(self) -> bool:
        """Whether the task has ended without an error; ValueError if it has not ended."""
        return self._result.successful()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the task has ended; False if it has not after ``timeout`` seconds."""
        self._result.wait(timeout)
        return self._result.ready()

    def get(self, timeout: float | None = None) -> R:
        """Wait for the result and return it, or raise the task's error. See error()."""
        self.error(timeout)
        return self._result.get()

    def error(self, timeout: float | None = None) -> Exception | None:
        """Wait for the end and return the task's error, None if it succeeded.

        Raises TimeoutError if the task has not ended after ``timeout`` seconds; it runs on.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"the task has not ended after {timeout} s")
        self._asked = True
        return self._error

    def abandon(self) -> None:
        """Let the interpreter exit without waiting for the task."""
        atexit.unregister(self._pool.join)

    def _run(self, func: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
        try:
            return func(*args, **kwargs)
        except Exception as error:
            self._error = error
            raise
        except BaseException as error:  # a SystemExit would end the thread, and get() never return
            self._error = RuntimeError(f"the task raised {error!r}")
            raise self._error from error
        finally:
            self.abandon()  # it has ended
            del self  # the error's traceback holds this frame: in a cycle __del__ would be late

    def __del__(self) -> None:
        if self._error is not None and not self._asked:
            traceback = None if sys.is_finalizing() else self._error  # too late to format it
            log.error("a task failed and nobody asked: %r", self._error, exc_info=traceback)
