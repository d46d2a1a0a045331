"""Compress files, each in a thread of its own, as `python -m` of this package."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from demo.thread_batch import BatchError, run_batch
from demo.work import Work

if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> int:
    """Run a Work for every file; report the failures in a line each."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}",
        description="Write FILE.gz beside every FILE, each in a thread of its own.",
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="then give up")
    options = parser.parse_args()

    threads = [Work(path) for path in options.files]
    errors: Sequence[Exception] = ()
    try:
        print(f"working on {len(threads)} files", flush=True)
        run_batch(threads, timeout=options.timeout)
    except KeyboardInterrupt:  # exit: the interpreter waits until what runs has stopped
        print("interrupted", file=sys.stderr)
        return 130
    except BatchError as group:
        errors = group.exceptions
    for error in errors:
        print(f"{parser.prog}: {error}", file=sys.stderr)
    print(f"{len(threads) - len(errors)} of {len(threads)} done")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
