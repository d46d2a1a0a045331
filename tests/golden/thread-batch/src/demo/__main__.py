"""The command line: a thread, `Work(item)`, for every argument, which is text.

Yours too: edit it for arguments of another type (``type=Path``) or options of your own
(``functools.partial(Work, level=args.level)``).
"""

import argparse
import sys

from demo.cli import importing_work, run


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a thread failed, 130 after Ctrl-C. A wrong call exits with 2."""
    with importing_work():
        from demo.work import Work

    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=Work.__doc__,
    )
    parser.add_argument("items", metavar="ITEM", nargs="+", help="each gets a thread")
    parser.add_argument("--workers", type=int, default=32, help="at once (default: %(default)s)")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="then give up")
    args = parser.parse_args(argv)
    if args.workers < 1:
        parser.error("--workers must be at least 1")
    return run(Work, args.items, workers=args.workers, timeout=args.timeout)


if __name__ == "__main__":
    sys.exit(main())
