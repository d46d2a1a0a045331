"""The command line: a database, and lines of standard input. Yours too."""

import argparse
import sys

from demo.cli import importing_work, lines, run


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if something failed, 130 after Ctrl-C, 2 for a wrong call."""
    with importing_work():
        from demo.work import Work

    parser = argparse.ArgumentParser(prog="python -m demo", description=Work.__doc__)
    parser.add_argument("database", metavar="DATABASE", help="a file; it is made if need be")
    parser.add_argument("--table", default="lines", help="(default: %(default)s)")
    args = parser.parse_args(argv)
    return run(Work, [args.database, args.table], lines())


if __name__ == "__main__":
    sys.exit(main())
