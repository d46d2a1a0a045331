"""What a program does around `stream`: results on stdout, errors on stderr, an exit code."""

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

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


def lines() -> Iterator[str]:
    """Yield the lines of standard input."""
    return (line.rstrip("\n") for line in sys.stdin)


def run(
    func: Callable[[T], R],
    items: Iterable[T],
    *,
    address: str | None = None,
    workers: int | None = None,
    show: Callable[[R], object] = str,
) -> int:
    """Print what ``func`` returns for every item, unless it is None; return the exit code.

    An item that fails is a line on stderr, and the others go on.
    """
    try:
        from demo.threadpool_map import Ok, stream
    except ModuleNotFoundError as error:
        print(f"error: {error}: python -m pip install -e '.[cluster]' brings it", file=sys.stderr)
        return 1
    exit_code = 0
    try:
        with closing(stream(func, items, address=address, workers=workers)) as outcomes:
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
