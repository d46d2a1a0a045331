"""The command `scaffold`, and `python -m scaffold`."""

from __future__ import annotations

import sys

from scaffold import streams

TYPE_CHECKING = False  # the name means the same to checkers; typing takes longer to import than all of this
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> None:
    """Run the command line and exit with its documented code."""
    if sys.argv[1:] == ["--version"]:  # before Typer is imported: that alone takes five times as long
        from scaffold import __version__

        streams.prepare()
        failed = streams.finish(sys.stdout, f"scaffold {__version__}\n")
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
    streams.finish(sys.stderr, f"error: {reason}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
