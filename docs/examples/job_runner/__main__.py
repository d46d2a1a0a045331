"""The command line: an asyncio loop that shows progress while the jobs run in threads. Yours too."""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING

from demo.cli import importing_work
from demo.threadpool_jobs import Job, JobPool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


async def ended(job: Job[object]) -> Job[object]:
    """Wait for a job without blocking the loop."""
    loop, has_ended = asyncio.get_running_loop(), asyncio.Event()
    job.add_done_callback(lambda _: loop.call_soon_threadsafe(has_ended.set))
    await has_ended.wait()
    return job


async def run(
    tasks: Mapping[str, Callable[..., object]], paths: Sequence[str], *, workers: int, every: float
) -> int:
    """Run every task on every path; print each result as it comes, and how far all are."""
    read: dict[str, int] = {}  # bytes, by job: each job writes only its own entry
    failed = 0
    with JobPool(workers) as pool:

        def submit(label: str, name: str, path: str) -> Job[object]:
            return pool.submit(tasks[name], path, partial(read.__setitem__, label))

        labels = {f"{path}: {name}": (name, path) for path in paths for name in tasks}
        jobs = {submit(label, *call): label for label, call in labels.items()}
        waiting = {asyncio.create_task(ended(job)) for job in jobs}
        try:
            while waiting:
                done, waiting = await asyncio.wait(
                    waiting, timeout=every, return_when=asyncio.FIRST_COMPLETED
                )
                failed += sum(not report(task.result(), jobs) for task in done)
                if not done:
                    so_far = f"{len(jobs) - len(waiting)} of {len(jobs)} jobs"
                    print(f"... {so_far}, {sum(read.values()):,} bytes", file=sys.stderr)
        except asyncio.CancelledError:  # so asyncio tells a Ctrl-C: do not wait for what runs
            pool.close(drop=True, wait=False)
            raise
    return 1 if failed else 0


def report(job: Job[object], labels: Mapping[Job[object], str]) -> bool:
    """Print the result of a job or its error; return whether it succeeded."""
    if error := job.exception():
        print(f"{labels[job]}: {error}", file=sys.stderr)
        return False
    print(f"{labels[job]}: {job.result()}", flush=True)
    return True


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a job failed, 130 after Ctrl-C. A wrong call exits with 2."""
    with importing_work():
        from demo.work import TASKS

    parser = argparse.ArgumentParser(prog="python -m demo", description=f"Run {', '.join(TASKS)}.")
    parser.add_argument("paths", metavar="FILE", nargs="+")
    parser.add_argument("--workers", type=int, default=8, help="threads (default: %(default)s)")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two reports")
    args = parser.parse_args(argv)
    if args.workers < 1 or args.every <= 0:
        parser.error("--workers and --every must be positive")
    try:
        return asyncio.run(run(TASKS, args.paths, workers=args.workers, every=args.every))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
