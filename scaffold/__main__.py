"""The command `scaffold`, and `python -m scaffold`."""

import sys


def main() -> None:
    """Run the command line and exit with its documented code."""
    if sys.argv[1:] == ["--version"]:  # before Typer is imported: that alone takes five times as long
        from scaffold import __version__

        sys.stdout.write(f"scaffold {__version__}\n")
        return
    from scaffold.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
