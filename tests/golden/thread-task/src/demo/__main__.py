"""The command line: the arguments, as text, are those of `work`.

Yours too: edit it for arguments of another type (``type=Path``), options of your own
(``functools.partial(work, depth=args.depth)``) or another form of output (``show=json.dumps``).
"""

import argparse
import sys

from demo.cli import importing_work, run


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 after an OSError, 130 after Ctrl-C, 2 for a wrong call."""
    with importing_work():
        from demo.work import work

    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=work.__doc__,
    )
    parser.add_argument("arguments", metavar="ARGUMENT", nargs="*", help="as work() takes them")
    args = parser.parse_args(argv)
    return run(work, args.arguments)


if __name__ == "__main__":
    sys.exit(main())
