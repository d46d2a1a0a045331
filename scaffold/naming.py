"""The names of a project, its package and its module: from a folder's name, and which of them cannot be."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from scaffold import portable
from scaffold.errors import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scaffold.questions import Answers

_SPELLED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "ð": "d"})
_OF_CLUSTER: Final = frozenset({"dask", "distributed"})
"""What a module on a cluster imports: a package or module of that name would stand in its way."""


def from_folder(dest: Path) -> str:
    """A folder's name as a project's, hyphens for what is not allowed there; nothing where that would be a guess."""
    folder = dest.resolve().name
    return "" if _has_other_letters(folder) else _hyphened(folder)


def check_folder(dest: Path, given: Answers) -> None:
    """Make sure that a project is named, or that its folder's name makes one.

    Raises:
        BadAnswer: It does not, and would have to be guessed; the line suggests a name.
    """
    if "name" in given or not (guess := guessed(dest)):
        return
    raise BadAnswer(
        "--name",
        dest.resolve().name,
        f"makes no project name (a-z, digits, hyphens, dots): add --name {guess}, or another",
    )


def guessed(dest: Path) -> str:
    """A name to suggest for a folder whose own makes none; nothing where it does."""
    folder = dest.resolve().name
    return "" if not folder or from_folder(dest) else _hyphened(_in_ascii(folder)) or "my-project"


def check_portable(answers: Answers, flags: Iterable[str]) -> None:
    """Refuse what cannot be a folder or a file on every system.

    Raises:
        BadAnswer: With the flag whose answer has to be another.
    """
    for flag in flags:
        name = str(answers[flag.removeprefix("--")])
        if problem := portable.name_problem(name):
            raise BadAnswer(flag, name, f"{problem}: take another")


def check_imports(answers: Answers) -> None:
    """Refuse a package or module that would hide what it imports itself.

    Raises:
        BadAnswer: With the flag whose answer has to be another.
    """
    for flag in ("--package", "--module") if answers.get("scale") == "cluster" else ():
        name = str(answers[flag.removeprefix("--")])
        if name.partition(".")[0] in _OF_CLUSTER:
            raise BadAnswer(flag, name, "would shadow what workers on a cluster import: take another name")


def _hyphened(folder: str) -> str:
    plain = "".join(character if character.isascii() and character.isalnum() else "-" for character in folder.lower())
    return "-".join(part for part in plain.split("-") if part)


def _has_other_letters(folder: str) -> bool:
    return any(character.isalnum() and not character.isascii() for character in unicodedata.normalize("NFC", folder))


def _in_ascii(folder: str) -> str:
    """The letters that are nearest to a name's, as far as there are some."""
    spelled = unicodedata.normalize("NFC", folder.lower()).translate(_SPELLED)
    parts = unicodedata.normalize("NFKD", spelled)
    return "".join(character for character in parts if not unicodedata.combining(character))
