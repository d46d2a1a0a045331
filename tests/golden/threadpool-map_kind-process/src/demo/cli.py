"""What a program does around `stream`: results on stdout, errors on stderr, an exit code."""

import io
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, TypeVar, overload

from demo.process_map import NOT_YET, Ok, stream

T = TypeVar("T")
R = TypeVar("R")


@contextmanager
def importing_work() -> Generator[None]:
    """End the program with one line if the work, imported in this block, cannot be imported."""
    try:
        yield
    except Exception as error:  # whatever its module does
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise SystemExit(f"error: the work cannot be imported: {reason}") from error


@overload
def lines() -> Iterator[str]: ...
@overload
def lines(parse: Callable[[str], T]) -> Iterator[T]: ...
def lines(parse: Callable[[str], Any] = str) -> Iterator[Any]:
    """Yield the lines of standard input, each through ``parse``, such as ``int``.

    `run` goes on printing while the next line is not there, if it is given just these.
    """
    return _Lines(parse)


def run(
    func: Callable[[T], R],
    items: Iterable[T],
    *,
    workers: int | None = None,
    show: Callable[[R], object] = str,
) -> int:
    """Print what ``func`` returns for every item, unless it is None; return the exit code.

    An item that fails is a line on stderr, and the others go on.
    """
    exit_code = 0
    try:
        with (
            _without_blocking(items, NOT_YET) as present,
            closing(stream(func, present, workers=workers)) as outcomes,
        ):
            for outcome in outcomes:
                if not isinstance(outcome, Ok):
                    print(f"{outcome.item}: {outcome.error!r}", file=sys.stderr)
                    exit_code = 1
                elif outcome.value is not None:
                    print(show(outcome.value), flush=True)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # who read our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return 1
    except (OSError, ValueError, RuntimeError) as error:  # of the input, the output, the workers
        print(f"error: {error}", file=sys.stderr)
        return 1
    return exit_code


class _Lines(Iterator[T]):
    def __init__(self, parse: Callable[[str], T]) -> None:
        self._file = sys.stdin
        self._parse = parse

    def __next__(self) -> T:
        if self._file is None:  # as in a daemon
            raise OSError("there is no standard input")
        if line := self._file.readline():
            return self._parse(line.rstrip("\n"))
        raise StopIteration


@contextmanager
def _without_blocking(items: Iterable[T], not_yet: T) -> Generator[Iterable[T]]:
    """Read lines in a thread of their own, and all else as it is: it may be bound to this thread."""
    if not isinstance(items, _Lines):
        yield items
        return
    inbox: Queue[list[T] | BaseException] = Queue(1000)
    left = Event()

    def read() -> None:
        end: list[T] | BaseException = []
        try:
            for item in items:
                inbox.put([item])
                if left.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 (raised where the lines are taken)
            end = error
        inbox.put(end)

    def take() -> Iterator[T]:
        while True:
            try:
                taken = inbox.get(timeout=0.05)
            except Empty:
                yield not_yet
                continue
            if isinstance(taken, BaseException):
                raise taken
            if not taken:
                return
            yield taken[0]

    stdin, sys.stdin = sys.stdin, io.StringIO()  # trap: a forked process closes it, and would wait
    try:  # for ever for a thread that reads it
        Thread(target=read, name="lines", daemon=True).start()
        yield take()
    finally:
        sys.stdin = stdin
        left.set()
        while not inbox.empty():  # so that the thread is not held up
            inbox.get()
