"""The command line: the arguments, as text, are those of `Work`; a line of stdin is a message.

Yours too: edit it for arguments of another type (``type=Path``), options of your own
(``functools.partial(Work, depth=args.depth)``), messages that are no lines
(``run(Work, args.arguments, map(json.loads, lines()))``) or another form of output (``show=...``).
"""

import argparse
import sys

from demo.cli import importing_work, lines, run


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if something failed, 130 after Ctrl-C, 2 for a wrong call."""
    with importing_work():
        from demo.work import Work

    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=Work.__doc__,
    )
    parser.add_argument("arguments", metavar="ARGUMENT", nargs="*", help="as Work() takes them")
    args = parser.parse_args(argv)
    return run(Work, args.arguments, lines())


if __name__ == "__main__":
    sys.exit(main())
