"""Run every task of work.py on every PATH, and print each result as it comes."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from demo.threadpool_jobs import Job, JobPool, as_completed
from demo.work import TASKS


def main(argv: list[str] | None = None) -> int:
    """Return 0, 1 if a task failed, 130 after Ctrl-C. A wrong usage exits with 2."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=__doc__,
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a file to work on")
    paths: list[Path] = parser.parse_args(argv).paths
    try:
        with JobPool() as pool:
            jobs: dict[Job[object], str] = {
                pool.submit(task, path): f"{path}: {name}"
                for path in paths
                for name, task in TASKS.items()
            }
            succeeded = [report(job, jobs[job]) for job in as_completed(jobs)]
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # who read our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return 1
    return 0 if all(succeeded) else 1


def report(job: Job[object], label: str) -> bool:
    """Print the result of a job, or its error. Return whether it succeeded."""
    error = job.exception()
    if error is None:
        print(f"{label}: {job.result()}", flush=True)
    else:
        print(f"{label}: {type(error).__name__}: {error}", file=sys.stderr)
    return error is None


if __name__ == "__main__":
    sys.exit(main())
