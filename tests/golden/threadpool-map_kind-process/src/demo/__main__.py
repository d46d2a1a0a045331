"""The command line: every argument, or line of standard input, is an item for `work`, as text.

Yours too: edit it for items of another type (``type=Path``, ``lines(Path)``), options of your own
(``functools.partial(work, size=args.size)``) or another form of output (``show=json.dumps``).
"""

import argparse
import sys

from demo.cli import importing_work, lines, run


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if an item failed, 130 after Ctrl-C. A wrong call exits with 2."""
    with importing_work():
        from demo.work import work

    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=work.__doc__,
    )
    parser.add_argument("items", metavar="ITEM", nargs="*", help="default: one a line from stdin")
    parser.add_argument("--workers", type=int, help="processes (default: one a CPU)")
    args = parser.parse_args(argv)
    if args.workers is not None and args.workers < 1:
        parser.error("--workers must be at least 1")
    return run(work, args.items or lines(), workers=args.workers)


if __name__ == "__main__":
    sys.exit(main())
