"""Compress a file in the background, as `python -m` of this package."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
import time
from pathlib import Path

from demo.thread_task import Task
from demo.work import work


def main() -> int:
    """Run work() in a thread, and report while it runs."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}",
        description="Write PATH.gz beside PATH in the background, and report while it runs.",
    )
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("--level", type=int, default=6, choices=range(1, 10), help="9: smallest")
    options = parser.parse_args()
    logging.getLogger(__package__).addHandler(logging.NullHandler())  # an error is reported below

    stop = threading.Event()
    task = Task(work, options.path, stop, level=options.level)
    try:
        began = time.monotonic()
        task.start()
        print(f"working on {options.path}", flush=True)
        while not task.wait(timeout=1):
            print(f"... for {time.monotonic() - began:.0f} s", flush=True)
        size = task.result()
    except KeyboardInterrupt:
        stop.set()  # and exit: the interpreter waits until work() has seen it
        print("interrupted", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    print(f"done: {size:,} bytes in {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
