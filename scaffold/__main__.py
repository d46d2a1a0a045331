"""The command `scaffold`, and `python -m scaffold`."""

import sys


def main() -> None:
    """Run the command line and exit with its documented code."""
    if sys.argv[1:] == ["--version"]:  # before Typer is imported: that alone takes five times as long
        from scaffold import __version__, streams

        streams.prepare()
        sys.stdout.write(f"scaffold {__version__}\n")
        failed = streams.finish()
        if failed is None:
            return
        if isinstance(failed, BrokenPipeError):
            sys.exit(streams.NOBODY_READS)
        sys.exit(f"error: stdout cannot be written: {failed.strerror}")
    try:
        from scaffold.cli import run
    except KeyboardInterrupt:
        sys.exit(130)
    except ImportError as error:
        sys.exit(f"error: scaffold is not installed as a whole, or this Python lacks a part: {error}")
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
