"""What a program does around a `Task`: say that it works, its result or error, an exit code."""

from __future__ import annotations

import inspect
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from demo.thread_task import Task

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

    Until it has ended say every ``interval`` seconds that it has not. An OSError or ImportError is
    a line on stderr; any other error is raised, for its traceback.
    """
    try:
        check_call(func, arguments)
    except TypeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")  # for what it cannot encode
    task = Task(func, *arguments)
    try:
        task.start()
        while not task.wait(interval):
            print("... still working", file=sys.stderr)
        if (value := task.result()) is not None:
            print(show(value), flush=True)
    except KeyboardInterrupt:
        task.stopping.set()  # and exit: the interpreter waits until the work has seen it
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # who read our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return 1
    except (OSError, ImportError) as error:
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
