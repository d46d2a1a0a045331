"""Printing: what goes to which stream, and with colour or without. Nothing is printed raw but by `say_patch`."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from scaffold.machine import output_failed
from scaffold.text import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress

_BOLD, _RED, _RESET = "\033[1m", "\033[31m", "\033[0m"


def colour_wanted(stream: TextIO) -> bool:
    """Colour only on a terminal, and never where NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print `text`; on a terminal `**bold**` words stand out, elsewhere the marks are dropped."""
    stream = to or sys.stdout
    start, end = (_BOLD, _RESET) if colour_wanted(stream) else ("", "")
    pieces = _escaped_lines(text).split("**")
    _print("".join(f"{start}{piece}{end}" if index % 2 else piece for index, piece in enumerate(pieces)), stream)


def say_plain(text: str, *, to: TextIO | None = None) -> None:
    """Print `text`, in which asterisks mean nothing."""
    _print(_escaped_lines(text), to or sys.stdout)


def say_prose(text: str, *, to: TextIO | None = None) -> None:
    """Print running text, on a terminal in lines that are broken between words."""
    stream = to or sys.stdout
    _print(_fitted(_escaped_lines(text), stream), stream)


def _fitted(text: str, stream: TextIO) -> str:
    if not stream.isatty():
        return text
    from scaffold.reports import wrapping

    return wrapping.prose(text, stream)


def _print(text: str, stream: TextIO) -> None:
    """Print a text, which may be longer than what the stream keeps until it is finished.

    Raises:
        Refused: Stdout cannot be written.
    """
    try:
        print(text, file=stream)
    except BrokenPipeError:
        raise
    except OSError as error:
        if stream is sys.stdout:
            raise output_failed(error) from error
        raise


def say_patch(text: str) -> None:
    """Print text with a patch: to a terminal as any other, elsewhere byte for byte, since a program takes it."""
    buffer = getattr(sys.stdout, "buffer", None)
    if sys.stdout.isatty() or buffer is None:
        say_plain(text)
        return
    sys.stdout.flush()
    buffer.write(f"{text}\n".encode("utf-8", "surrogateescape"))
    buffer.flush()


def show_file(text: str) -> None:
    """Print a file's content, as reports.files made it fit for a terminal."""
    sys.stdout.write(text)


def say_error(error: object) -> None:
    """One line on stderr; where that is closed or full, the exit code has to do."""
    start, end = (_RED, _RESET) if colour_wanted(sys.stderr) else ("", "")
    with suppress(OSError, ValueError):
        text = _fitted(f"error: {escaped(' '.join(str(error).split()))}", sys.stderr)
        print(f"{start}error:{end}{text.removeprefix('error:')}", file=sys.stderr, flush=True)


def say_note(text: str) -> None:
    """One line on stderr that explains, and stops nothing: not even where it cannot be written."""
    with suppress(OSError):
        print(_fitted(f"note: {escaped(text)}", sys.stderr), file=sys.stderr)


def print_json(document: object, *, indent: int | None = 2) -> None:
    """The one JSON document of a command, or one of many on a line of its own, on stdout; all of it is ASCII."""
    print(json.dumps(document, indent=indent))


def _escaped_lines(text: str) -> str:
    return "\n".join("\t".join(map(escaped, line.split("\t"))) for line in text.split("\n"))


class Meter:
    """How much of some work is done, and what is found on the way."""

    def done(self, number: int, total: int) -> None:
        """So many of so many are."""

    def say(self, text: str) -> None:
        """Print a text on stdout, at once: whoever reads it may wait for it."""
        say_plain(text)
        sys.stdout.flush()


class _Bar(Meter):
    """A bar on the terminal, which gives way to what is printed meanwhile."""

    def __init__(self, bar: Progress, what: str) -> None:
        self._bar = bar
        self._task = bar.add_task(what, total=None)

    def done(self, number: int, total: int) -> None:
        self._bar.update(self._task, completed=number, total=total)

    def say(self, text: str) -> None:
        self._bar.stop()
        super().say(text)
        self._bar.start()


@contextmanager
def status(*, wanted: bool = True) -> Iterator[Callable[[str], None]]:
    """Something to call with what is being done; a line on stderr shows it, on a terminal only, and is gone after."""
    if not (wanted and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"):
        yield lambda _text: None
        return
    try:
        yield _show_status
    finally:
        _show_status("")


def _show_status(text: str) -> None:
    with suppress(OSError):
        print(f"\r\033[K{escaped(text)}", end="", file=sys.stderr, flush=True)


@contextmanager
def meter(what: str, *, wanted: bool = True) -> Iterator[Meter]:
    """Say how far some work has come: a bar on stderr shows it, on a terminal only."""
    if not (wanted and sys.stderr.isatty()):
        yield Meter()
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        yield _Bar(bar, what)
