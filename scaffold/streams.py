"""The standard streams, as they really are: closed, full, read by nobody, or in an encoding that lacks a letter.

`--version` answers through this alone, so it imports next to nothing.
"""

from __future__ import annotations

import codecs
import io
import os
import sys

TYPE_CHECKING = False  # the name means the same to checkers; typing takes longer to import than all of this

if TYPE_CHECKING:
    from typing import TextIO

NOBODY_READS = 141
"""The exit code of a command whose reader has gone, as in `scaffold rules | head -1`: a shell's for SIGPIPE."""


def prepare() -> None:
    """Make what is printed arrive, whatever the terminal's encoding is and even where a stream is closed."""
    _fill_gaps()
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  # a number
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_SPELLED)


_SPELLED = "scaffold.spelled"
_SIGNS = {"…": "...", "·": "-"}  # of our own, where an encoding lacks them


def _spell(error: UnicodeError) -> tuple[str | bytes, int]:
    """What an encoding lacks: our own signs in ASCII, anything else by its number."""
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] in _SIGNS:
        return _SIGNS[error.object[error.start]], error.start + 1
    return codecs.backslashreplace_errors(error)


codecs.register_error(_SPELLED, _spell)


def _fill_gaps() -> None:
    """Let no file that is opened later become what programs take for a standard stream."""
    for number in filter(_is_closed, range(3)):
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one
        os.set_inheritable(number, True)


def _is_closed(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return True
    return False


def finish(stream: TextIO, last: str = "") -> OSError | None:
    """Hand over what was printed, and `last`; the error, where that failed. Nothing is left to fail after that."""
    try:
        stream.write(last)
        stream.flush()
    except OSError as error:
        give_up(stream)
        return error
    return None


def give_up(stream: TextIO) -> None:
    """Let nothing more arrive: the interpreter would try once more as it ends, and complain."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):  # a stream of a test has none
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
