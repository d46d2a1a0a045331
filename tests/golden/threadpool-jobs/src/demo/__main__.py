"""The command line: run every task of work.py on every argument, which is text.

Yours too: edit it for arguments of another type (``type=Path``), options of your own
(``functools.partial(task, size=args.size)``) or another form of output (``show=json.dumps``).
"""

import argparse
import sys

from demo.cli import importing_work, run


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a job failed, 130 after Ctrl-C. A wrong call exits with 2."""
    with importing_work():
        from demo.work import TASKS

    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=f"Run {', '.join(TASKS)} on every ITEM.",
    )
    parser.add_argument("items", metavar="ITEM", nargs="*", help="default: one call of each task")
    parser.add_argument("--workers", type=int, default=32, help="threads (default: %(default)s)")
    args = parser.parse_args(argv)
    if args.workers < 1:
        parser.error("--workers must be at least 1")
    return run(TASKS, args.items, workers=args.workers)


if __name__ == "__main__":
    sys.exit(main())
