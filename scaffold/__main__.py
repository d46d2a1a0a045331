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
        code = _with_template() if _renders_template(sys.argv[1:]) else _run()
    except KeyboardInterrupt:
        sys.exit(130)
    except ImportError as error:
        _refuse(f"scaffold is not installed as a whole, or this Python lacks a part: {error}")
    sys.exit(code)


def _run() -> int:
    from scaffold.cli import run

    return run(sys.argv[1:])


def _with_template() -> int:
    """The same, while the process that renders a template gets ready: both take most of their time to be imported."""
    from scaffold.signals import end_in_order

    streams.prepare()
    end_in_order()
    from scaffold.foreign.workplace import started_ahead

    with started_ahead(trusted=_names(sys.argv[1:], "--trust")):
        return _run()


def _renders_template(arguments: list[str]) -> bool:
    return arguments[:1] == ["new"] and _names(arguments, "--template")


def _names(arguments: list[str], flag: str) -> bool:
    return any(word.partition("=")[0] == flag for word in arguments)


def _refuse(reason: str) -> NoReturn:
    streams.prepare()
    streams.finish(sys.stderr, f"error: {reason}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
