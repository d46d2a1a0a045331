"""The command `scaffold`, and `python -m scaffold`."""

import sys
from contextlib import suppress
from typing import NoReturn

from scaffold import streams


def main() -> None:
    """Run the command line and exit with its documented code."""
    if sys.argv[1:] == ["--version"]:  # before Typer is imported: that alone takes five times as long
        from scaffold import __version__

        streams.prepare()
        sys.stdout.write(f"scaffold {__version__}\n")
        failed = streams.finish(sys.stdout)
        if failed is None:
            return
        if isinstance(failed, BrokenPipeError):
            sys.exit(streams.NOBODY_READS)
        _refuse(f"stdout cannot be written: {failed.strerror}")
    try:
        from scaffold.cli import run
    except KeyboardInterrupt:
        sys.exit(130)
    except ImportError as error:
        _refuse(f"scaffold is not installed as a whole, or this Python lacks a part: {error}")
    sys.exit(run(sys.argv[1:]))


def _refuse(reason: str) -> NoReturn:
    streams.prepare()
    with suppress(OSError):
        print(f"error: {reason}", file=sys.stderr)
    streams.finish(sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
