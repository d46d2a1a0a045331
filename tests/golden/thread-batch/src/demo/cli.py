"""What a program does around `run_batch`: a line for every error, and an exit code."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from demo.thread_batch import BatchError, BatchThread, run_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable


@contextmanager
def importing_work() -> Generator[None]:
    """End the program with one line if the work, imported in this block, cannot be imported."""
    try:
        yield
    except Exception as error:  # whatever its module does
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise SystemExit(f"error: the work cannot be imported: {reason}") from error


def run(
    make: Callable[..., BatchThread],
    items: Iterable[Any],
    *,
    workers: int = 32,
    timeout: float | None = None,
) -> int:
    """Run a thread, ``make(item)``, for every item; return the exit code."""
    try:
        threads = [make(item) for item in items]
    except Exception as error:  # noqa: BLE001 (most likely it takes other arguments)
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, (TypeError, ValueError)) else 1
    failed = 0
    try:
        run_batch(threads, workers=workers, timeout=timeout)
    except KeyboardInterrupt:  # exit: the interpreter waits until what runs has stopped
        print("interrupted", file=sys.stderr)
        return 130
    except BatchError as group:
        failed = len(group.exceptions)
        for failure in group.exceptions:
            print(f"error: {failure}", file=sys.stderr)
    print(f"{len(threads) - failed} of {len(threads)} done")
    return 1 if failed else 0
