"""Processes that make attempts at a template, several at a time; what brings one down is found."""

from __future__ import annotations

import os
import signal
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context
from typing import TYPE_CHECKING

from scaffold.signals import ctrl_c_waits, end_with_parent
from scaffold.text import one_line
from scaffold.trial import rendering

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scaffold.trial.attempts import Attempt, Outcome


@contextmanager
def workers(number: int, folder: Path) -> Iterator[Workers]:
    """So many processes; whatever interrupts, they end at once, with all that they started."""
    processes = Workers(number, folder)
    try:
        yield processes
    except BaseException:
        for child in active_children():
            with suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(child.pid or 0, signal.SIGKILL)
            child.kill()
        processes.pool.shutdown(cancel_futures=True)
        raise
    processes.pool.shutdown()


class Workers:
    """Processes that make attempts."""

    def __init__(self, number: int, folder: Path) -> None:
        self._number = number
        self._folder = folder
        self.pool = self._started(number)

    def made(self, attempts: Sequence[Attempt], done: dict[int, list[Outcome]]) -> Iterator[Sequence[Outcome]]:
        """Add the outcomes of each attempt when it is made, by its number after those before, and hand them on.

        A process that is brought down takes the other attempts with it: they are made again, one at a time, until all
        that do so are known.
        """
        before = len(done)
        lost: list[int] = []
        with ctrl_c_waits():
            futures = {self.pool.submit(attempt): number for number, attempt in enumerate(attempts)}
        for future in as_completed(futures):
            number = futures[future]
            if isinstance(future.exception(), BrokenProcessPool):
                lost.append(number)
            else:
                done[before + number] = _outcomes(attempts[number], future)
                yield done[before + number]
        for number in lost:
            self.pool = self._started(1)
            with ctrl_c_waits():
                future = self.pool.submit(attempts[number])
            done[before + number] = _outcomes(attempts[number], future)
            yield done[before + number]
        if lost:
            self.pool = self._started(self._number)

    def _started(self, number: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(number, get_context("spawn"), _begin, (self._folder,))


def _begin(folder: Path) -> None:
    rendering.begin(folder)
    end_with_parent()


def _outcomes(attempt: Attempt, future: Future[list[Outcome]]) -> list[Outcome]:
    """Those of an attempt; also where it did not come to its end."""
    error = future.exception()
    if error is None:
        return future.result()
    is_down = isinstance(error, BrokenProcessPool)
    return attempt.lost("brings its process down" if is_down else f"cannot be tried: {one_line(str(error))}")
