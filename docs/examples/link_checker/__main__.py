"""The command line: every argument, or line of standard input, is a link to check. Yours too."""

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial

from demo.cli import importing_work, lines, run


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a link is broken, 130 after Ctrl-C. A wrong call exits with 2."""
    with importing_work():
        from demo.work import work

    parser = argparse.ArgumentParser(prog="python -m demo", description=work.__doc__)
    parser.add_argument("urls", metavar="URL", nargs="*", help="default: one a line from stdin")
    parser.add_argument("--workers", type=int, default=32, help="at once (default: %(default)s)")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds for each answer")
    args = parser.parse_args(argv)
    if args.workers < 1 or args.timeout <= 0:
        parser.error("--workers and --timeout must be positive")
    check = partial(work, timeout=args.timeout)
    urls = args.urls or filter(None, map(str.strip, lines()))
    return run(check, urls, workers=args.workers, show=lambda link: json.dumps(asdict(link)))


if __name__ == "__main__":
    sys.exit(main())
