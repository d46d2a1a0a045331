"""What a program does around a `Task`: say that it works, its result or error, an exit code."""

from __future__ import annotations

import inspect
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from demo.threadpool_task import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

R = TypeVar("R")


@contextmanager
def importing_work() -> Generator[None]:
    """End the program with one line if the work, imported in this block, cannot be imported."""
    try:
        yield
    except Exception as error:  # whatever its module does
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise SystemExit(f"error: the work cannot be imported: {reason}") from error


def run(
    func: Callable[..., R],
    arguments: Sequence[Any] = (),
    *,
    show: Callable[[R], object] = str,
    interval: float = 1,
) -> int:
    """Run ``func(*arguments)``, print its result unless it is None, and return the exit code.

    Until it has ended say every ``interval`` seconds that it has not.
    """
    try:
        check_call(func, arguments)
    except TypeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    task: Task[R] | None = None
    try:
        task = Task(func, *arguments)
        while not task.wait(interval):
            print("... still working", file=sys.stderr)
        if (failure := task.exception()) is not None:
            print(f"error: {type(failure).__name__}: {failure}", file=sys.stderr)
            return 1
        if (value := task.get()) is not None:
            print(show(value), flush=True)
    except KeyboardInterrupt:
        if task is None:  # it may run already, and there is no handle to abandon it by
            os._exit(130)
        task.abandon()
        return 130
    except BrokenPipeError:  # who read our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return 1
    except (OSError, RuntimeError, ValueError) as error:  # of the output, the thread
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def check_call(func: Callable[..., object], arguments: Iterable[object]) -> None:
    """Raise TypeError if ``func`` does not take these arguments."""
    signature = None
    with suppress(TypeError, ValueError):  # some that are written in C have none
        signature = inspect.signature(func)
    if signature is not None:
        signature.bind(*arguments)
