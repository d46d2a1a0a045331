"""Do the work for every PATH: ``python -m demo [--scheduler ADDRESS] [PATH ...]``."""

import argparse
import os
import sys
from collections.abc import Iterable
from contextlib import closing

from demo.work import work

try:
    from demo.threadpool_map import Ok, stream
except ModuleNotFoundError as error:
    sys.exit(f"{error}: install the extra, as by python -m pip install -e '.[cluster]'")


def main() -> int:
    """Return 0, or 1 if an item failed, 2 for a wrong call, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=work.__doc__,
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="such as tcp://10.0.0.1:8786")
    parser.add_argument("--workers", type=int, help="without a scheduler: processes (one a CPU)")
    parser.add_argument("paths", metavar="PATH", nargs="*", help="default: one a line from stdin")
    args = parser.parse_args()
    if args.workers is not None and args.workers < 1:
        parser.error("--workers must be at least 1")
    try:
        paths = args.paths or (line.rstrip("\n") for line in sys.stdin)
        return run(paths, args.scheduler, args.workers)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # who read our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return 1
    except (OSError, UnicodeError, ValueError, RuntimeError) as error:  # of input, output, cluster
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1


def run(items: Iterable[str], scheduler: str | None, workers: int | None) -> int:
    """Print the result of every item as it finishes; errors go to stderr, a line each."""
    exit_code = 0
    with closing(stream(work, items, address=scheduler, workers=workers)) as outcomes:
        for outcome in outcomes:
            if isinstance(outcome, Ok):
                print(outcome.value, flush=True)
            else:
                print(f"{outcome.item}: {outcome.error!r}", file=sys.stderr)
                exit_code = 1
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
