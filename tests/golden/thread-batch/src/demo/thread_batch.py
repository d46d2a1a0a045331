"""Run several threads of one kind, a few at once, and collect the errors of all of them.

    class Copy(BatchThread):
        def __init__(self, path: str) -> None:
            super().__init__(name=path)  # first: without it the thread cannot start
            self.path = path

        def work(self) -> None: ...  # in the thread; may call further methods

    run_batch([Copy("a"), Copy("b"), Copy("c")], workers=2, timeout=60)

What it guarantees:
- A thread that fails stops no other. At the end BatchError brings a TaskError for every thread
  that raised (even SystemExit, which a bare Thread drops without a word), that still runs after
  ``timeout`` seconds, or that was not started.
- At most ``workers`` threads work at the same time. Should the system refuse to start one, those
  that run are waited for all the same, and the refusal is among the errors.
- After the timeout or a Ctrl-C no thread is started any more, and those that run are asked to
  stop: their ``stopping`` is set. They cannot be forced, and run_batch() does not wait for them.
- The interpreter does, before it exits: they are no daemons, even when a daemon made them. A
  daemon is cut off in the middle and its ``finally`` blocks never run. Where that is what you
  want: ``super().__init__(daemon=True)``.
- What BatchError cannot bring is logged: an error of a thread that was left behind by a timeout or
  a Ctrl-C, when it happens, and those that there were before the Ctrl-C.

It extends threading.Thread by run(), and start()s each instance once. Not used: ``target=``,
which a subclass with its own run() ignores; Thread.join(), which waits for one thread instead of
the first of several, returns None whether it ended or not, and before Python 3.13 takes a live
thread for dead once a Ctrl-C has interrupted it (gh-90882); ThreadPool with map or apply_async,
which is for results, or for more tasks than you would make threads for.
"""

from __future__ import annotations

import logging
import math
import sys
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

log = logging.getLogger(__name__)
_SLICE = 0.2  # seconds of one wait at most: on Windows it does not see a Ctrl-C


class BatchThread(threading.Thread, ABC):
    """One task of a batch: take its arguments in __init__(), override work().

    Attributes must not have the names of Thread's own, such as ``_stop``, ``_target`` or
    ``_handle``; a test looks after that, on every Python.
    """

    def __init__(self, *, name: str | None = None, daemon: bool = False) -> None:
        super().__init__(name=name, daemon=daemon)
        self.stopping = threading.Event()  # set it to ask work() to return early
        self.error: BaseException | None = None
        self.log_error = True  # False while run_batch() waits for it
        self.ended: SimpleQueue[BatchThread] = SimpleQueue()  # run_batch() puts its own here

    @abstractmethod
    def work(self) -> None:
        """Do the task, in its thread. Return early once ``stopping`` is set."""

    def run(self) -> None:
        """Called by start() in the new thread; called directly, it would run in yours."""
        try:
            self.work()
        except BaseException as error:  # SystemExit too: nobody else would see it
            self.error = error
            if self.log_error:
                log.exception("%s failed", self.name)
        finally:
            self.ended.put(self)


class TaskError(Exception):
    """What went wrong with ``thread``; its own error, if it raised one, is the ``__cause__``."""

    def __init__(self, thread: BatchThread, reason: str) -> None:
        super().__init__(f"{thread.name}: {reason}")
        self.thread = thread
        self.__cause__ = thread.error

    def __reduce__(self) -> tuple[type[Exception], tuple[object, ...]]:
        return Exception, self.args  # another process has not the thread


class BatchError(ExceptionGroup[TaskError]):
    """The errors of a batch, in ``exceptions``."""


def run_batch(
    threads: Iterable[BatchThread], *, workers: int = 32, timeout: float | None = None
) -> None:
    """Start every thread, at most ``workers`` at a time, and wait until all have ended.

    Raise BatchError with a TaskError for every thread that did not succeed, in their order.
    """
    batch = list(threads)
    if workers < 1:
        raise ValueError("workers must be at least 1")
    if len(set(batch)) < len(batch) or any(thread.ident is not None for thread in batch):
        raise ValueError("a thread starts only once: make a new one for every task")
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    ended: SimpleQueue[BatchThread] = SimpleQueue()
    running: set[BatchThread] = set()
    try:
        for thread in batch:
            if time.monotonic() >= deadline:
                break
            if len(running) == workers:
                running.remove(_wait_for_one(ended, deadline))
            running.add(thread)  # before start(): a Ctrl-C in there must find the thread here
            if not _start(thread, ended):
                running.remove(thread)
                break
        while running:
            running.remove(_wait_for_one(ended, deadline))
    except BaseException as reason:
        for thread in running:
            thread.log_error = True  # first, so that no error falls between here and below
            thread.stopping.set()
        if not isinstance(reason, Empty):  # the deadline
            for thread in batch:
                if thread.error is not None:
                    log.exception("%s failed", thread.name, exc_info=thread.error)
            raise

    errors: list[TaskError] = []
    for thread in batch:
        if thread.error is not None:
            errors.append(TaskError(thread, _describe(thread.error)))
        elif thread in running:
            errors.append(TaskError(thread, f"still running after {timeout} s"))
        elif thread.ident is None:
            errors.append(TaskError(thread, "not started"))
    if errors:
        raise BatchError(f"{len(errors)} of {len(batch)} threads failed", errors)


def _start(thread: BatchThread, ended: SimpleQueue[BatchThread]) -> bool:
    thread.ended = ended
    thread.log_error = False
    earlier = sys.exc_info()[1]
    try:
        thread.start()
    except (RuntimeError, MemoryError) as error:  # the limit of the system or of its memory
        if error.__context__ not in (None, earlier):
            raise error.__context__ from None  # Ctrl-C or a signal handler's: the thread may well run
        thread.error = error
        return False
    return True


def _wait_for_one(ended: SimpleQueue[BatchThread], deadline: float) -> BatchThread:
    """Wait for the next thread to end; raise Empty at the deadline."""
    while (left := deadline - time.monotonic()) > _SLICE:
        with suppress(Empty):
            return ended.get(timeout=_SLICE)
    return ended.get(timeout=max(0.0, left))


def _describe(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - its own __str__() fails, and must not hide the other errors
        return type(error).__name__
