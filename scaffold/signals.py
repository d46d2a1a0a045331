"""Ending in order: what a signal ends still clears away."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from contextvars import ContextVar

TYPE_CHECKING = False  # the name means the same to checkers; this is imported before anything else is
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import NoReturn

WRITTEN: ContextVar[bool | None] = ContextVar("written", default=None)
"""None while this run has written nothing, else whether `scaffold undo` takes back what it wrote."""


@contextmanager
def ctrl_c_waits() -> Iterator[None]:
    """Let Ctrl-C wait, and processes started meanwhile not hear of it: half begun, one ends with a traceback."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """In a process of a pool: end when the one that started it is gone. That one was killed, and could end nothing.

    Without this, it would wait for work for ever: the pipe to it stays open, since it holds the other end too.
    """
    import os
    import threading
    from multiprocessing import connection, parent_process

    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        connection.wait([parent.sentinel])
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)  # with all that it started
        os._exit(1)

    threading.Thread(target=watch, name="ends with the parent", daemon=True).start()


def end_in_order() -> None:
    """Let SIGTERM, and the end of the terminal, end the process with every clean-up done."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _stop)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
