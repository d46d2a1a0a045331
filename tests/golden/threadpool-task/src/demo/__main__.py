"""Run work.work on PATH in the background, say that it is still at it, and print its result."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from demo.threadpool_task import Task
from demo.work import work


def main(argv: list[str] | None = None) -> int:
    """Return 0, 1 if the work failed, 130 after Ctrl-C. A wrong usage exits with 2."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=__doc__,
    )
    parser.add_argument("path", metavar="PATH", type=Path, help="what to work on")
    path: Path = parser.parse_args(argv).path
    task = Task(work, path)
    try:
        while not task.wait(timeout=1):
            print(f"still working on {path}", file=sys.stderr)
    except KeyboardInterrupt:
        task.abandon()
        return 130
    if error := task.error():
        print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(task.get())
    return 0


if __name__ == "__main__":
    sys.exit(main())
