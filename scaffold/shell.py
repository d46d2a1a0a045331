"""Commands that are shown, so that whoever pastes them runs exactly these words."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePath

_PAIRED: Final = re.compile(r"\*(?=\*)")


def path_word(path: PurePath | str) -> str:
    """A path as an argument that no command takes for a flag."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text


def quoted(word: str) -> str:
    """One word for a POSIX shell; what a terminal does not show stands escaped in it, as bash, zsh and ksh read it."""
    # Our own text marks what is bold by two asterisks: here they are of the word, and must not stand side by side.
    if word.replace("\n", "").isprintable():
        return _PAIRED.sub("*''", shlex.quote(word))
    return "$'" + _PAIRED.sub(r"\\x2a", "".join(map(_escaped, word))) + "'"


def command(words: Iterable[str]) -> str:
    """A command line."""
    return " ".join(map(quoted, words))


def _escaped(character: str) -> str:
    if character in "'\\":
        return f"\\{character}"
    if character.isprintable():
        return character
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # a byte of an argument that is not text
        return f"\\x{number - 0xDC00:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
