"""What a program does around a `JobPool`: a line for every result or error, and an exit code."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from demo.threadpool_jobs import Job, JobPool, as_completed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence


@contextmanager
def importing_work() -> Generator[None]:
    """End the program with one line if the work, imported in this block, cannot be imported."""
    try:
        yield
    except Exception as error:  # whatever its module does
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise SystemExit(f"error: the work cannot be imported: {reason}") from error


def run(
    tasks: Mapping[str, Any],
    items: Sequence[Any],
    *,
    workers: int = 32,
    show: Callable[[Any], object] = str,
) -> int:
    """Run every task on every item, or once if there are none; return the exit code.

    Print each result as it comes, unless it is None.
    """
    if not tasks:
        print("error: there is nothing to run: TASKS is empty", file=sys.stderr)
        return 2
    calls = [(f"{item}: {name}", name, [item]) for item in items for name in tasks]
    try:
        with JobPool(workers) as pool:
            jobs: dict[Job[object], str] = {
                pool.submit(tasks[name], *args): label
                for label, name, args in calls or [(name, name, []) for name in tasks]
            }
            succeeded = [_report(job, jobs[job], show) for job in as_completed(jobs)]
            return 0 if all(succeeded) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # who read our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return 1
    except (OSError, RuntimeError, ValueError) as error:  # of the output, the pool
        print(f"error: {error}", file=sys.stderr)
        return 1


def _report(job: Job[object], label: str, show: Callable[[Any], object]) -> bool:
    """Print the result of a job, or its error. Return whether it succeeded."""
    if (error := job.exception()) is not None:
        print(f"{label}: {type(error).__name__}: {error}", file=sys.stderr)
        return False
    if (value := job.result()) is not None:
        print(f"{label}: {show(value)}", flush=True)
    return True
