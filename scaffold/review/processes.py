"""Many files at once: parsing Python computes, so processes do it where there is enough to do."""

from __future__ import annotations

import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import active_children, get_context
from typing import TYPE_CHECKING, Final, TypeVar, Union

from scaffold.review.findings import Skipped
from scaffold.signals import ctrl_c_waits, end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Result = TypeVar("Result")

_CHUNK: Final = 50
_AHEAD: Final = 4  # chunks for each process that are on their way: what bounds the memory


def in_processes(
    files: Sequence[str], review: Callable[[str], Union[list[Result], Skipped]], number: int
) -> Iterator[Union[list[Result], Skipped]]:
    """What a function says of each file, in their order.

    Args:
        files: The files.
        review: What is asked of each; it is sent to the processes.
        number: How many processes. The files of a chunk that brings one down are each reviewed in one of their own.
    """
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    done = 0
    while done < len(chunks):
        for result in _until_one_breaks(chunks[done:], review, number):
            done += 1
            yield from result
        if done < len(chunks):
            yield from (_alone(file, review) for file in chunks[done])
            done += 1


def _until_one_breaks(
    chunks: Sequence[Sequence[str]], review: Callable[[str], Result], number: int
) -> Iterator[list[Result]]:
    with suppress(BrokenProcessPool), _processes(number) as pool:
        waiting = iter(chunks)
        with ctrl_c_waits():
            futures = deque(pool.submit(_each, chunk, review) for chunk in islice(waiting, number * _AHEAD))
        while futures:
            yield futures.popleft().result()
            futures.extend(pool.submit(_each, chunk, review) for chunk in islice(waiting, 1))


def _each(files: Sequence[str], review: Callable[[str], Result]) -> list[Result]:
    return [review(file) for file in files]


def _alone(file: str, review: Callable[[str], Union[list[Result], Skipped]]) -> Union[list[Result], Skipped]:
    with suppress(BrokenProcessPool), _processes(1) as pool:
        with ctrl_c_waits():
            future = pool.submit(review, file)
        return future.result()
    return Skipped(file, "brings the parser down")


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends them; this is all that Windows has
    end_with_parent()


@contextmanager
def _processes(number: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes; whatever interrupts, they end at once."""
    pool = ProcessPoolExecutor(number, get_context("spawn"), _begin)
    try:
        yield pool
    except BaseException:
        for child in active_children():
            child.kill()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
