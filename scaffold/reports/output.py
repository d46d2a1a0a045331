"""Printing: what goes to which stream, and with colour or without."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BOLD, _RED, _RESET = "\033[1m", "\033[31m", "\033[0m"


def colour_wanted(stream: TextIO) -> bool:
    """Colour only on a terminal, and never where NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def prepare_streams() -> None:
    """Make what is printed arrive, whatever the terminal's encoding is and even where a stream is closed."""
    nowhere = Path(os.devnull)
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print `text`; on a terminal `**bold**` words stand out, elsewhere the marks are dropped."""
    stream = to or sys.stdout
    start, end = (_BOLD, _RESET) if colour_wanted(stream) else ("", "")
    pieces = text.split("**")
    print("".join(f"{start}{piece}{end}" if index % 2 else piece for index, piece in enumerate(pieces)), file=stream)


def say_plain(text: str) -> None:
    """Print `text` as it is: it may hold anything, also asterisks."""
    print(text)


def say_error(error: object) -> None:
    """One line on stderr."""
    start, end = (_RED, _RESET) if colour_wanted(sys.stderr) else ("", "")
    print(f"{start}error:{end} {' '.join(str(error).split())}", file=sys.stderr)


def print_json(document: object) -> None:
    """The one JSON document of a command, on stdout."""
    print(json.dumps(document, indent=2))


@contextmanager
def progress_bar(what: str, *, wanted: bool = True) -> Iterator[Callable[[int, int], None]]:
    """Something to call with how many of how many are done; a bar on stderr shows it, on a terminal only."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def say_note(text: str) -> None:
    """One line on stderr that explains, and stops nothing."""
    print(f"note: {text}", file=sys.stderr)
