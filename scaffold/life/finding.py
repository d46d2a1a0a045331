"""Which generated code there is in a project: its answers files, wherever their templates have them."""

from __future__ import annotations

import fnmatch
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scaffold import answersfile, reading
from scaffold.errors import NothingGenerated, UsageError
from scaffold.life.generated import USUAL_NAME, Piece

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MOST_BYTES = 64 << 20  # of files that are searched for answers
_MOST_PIECES = 1_000


@dataclass(frozen=True)
class Selection:
    """What of a project a command is about: all of it, a module, or what an answers file is the record of."""

    module: str | None = None
    answers_file: str | None = None
    """Its path from the project."""

    def __post_init__(self) -> None:
        """Refuse what names two things.

        Raises:
            UsageError: It does.
        """
        if self.answers_file is not None and self.module is not None:
            raise UsageError("--answers-file and --module both say which: take one of them")

    def of(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Those of the pieces that are meant.

        Raises:
            NothingGenerated: There is none.
        """
        if self.module is None:
            return list(pieces)
        chosen = [piece for piece in pieces if piece.module == self.module]
        if not chosen:
            names = ", ".join(piece.module for piece in pieces if piece.module) or "none"
            raise NothingGenerated(
                pieces[0].root, f"has no module {self.module!r} made by scaffold add (there: {names})"
            )
        return chosen


ALL: Final = Selection()


def pieces_of(root: Path, wanted: Selection = ALL) -> list[Piece]:
    """What was generated in a project, the project itself first.

    Args:
        root: The project.
        wanted: What of it.

    Raises:
        NothingGenerated: There is no answers file, or not the one that is wanted.
    """
    if not root.is_dir():
        raise NothingGenerated(root, "is no directory")
    if wanted.answers_file is not None:
        if not (root / wanted.answers_file).is_file():
            raise NothingGenerated(root, f"has no answers file {wanted.answers_file!a}")
        return [Piece(root, wanted.answers_file)]
    names = sorted(_answers_files(root))
    if len(names) > _MOST_PIECES:  # each is rendered
        raise NothingGenerated(root, f"has more than {_MOST_PIECES:,} answers files: remove those that are not needed")
    if not names:
        raise NothingGenerated(
            root,
            "has no .copier-answers file, so nothing in it was made by scaffold new or add"
            " (one of another name: --answers-file FILE)",
        )
    pieces = sorted((Piece(root, name) for name in names), key=lambda piece: (piece.module or "", piece.answers_file))
    return wanted.of(pieces)


def find_root(start: Path, wanted: Selection = ALL) -> Path:
    """The nearest directory with an answers file, from here upwards; `start` itself where there is none.

    Raises:
        NothingGenerated: It cannot be looked at.
    """
    try:
        folders = [folder for folder in (start, *start.absolute().parents) if folder.is_dir()]
        if wanted.answers_file is not None:
            return next((folder for folder in folders if (folder / wanted.answers_file).is_file()), start)
        own = _within_repository(folders)
        return next((folder for number, folder in enumerate(folders) if _is_project(folder, number < own)), start)
    except OSError as error:
        raise NothingGenerated(start, f"cannot be read: {error.strerror or error}") from error


def _is_project(folder: Path, thoroughly: bool) -> bool:  # noqa: FBT001  # how it is looked at, nothing else
    with suppress(NothingGenerated):  # not to be listed, as a parent of a project may be: it is none itself
        return any(_answers_files(folder) if thoroughly else _usual(folder))
    return False


def _answers_files(folder: Path) -> Iterator[str]:
    """Those of the usual name, and those that a template has elsewhere: of any name, here or in a hidden folder here.

    Any other folder may be a project of its own.
    """
    usual = list(_usual(folder))
    yield from usual
    inside = [entry.name for entry in _entries(folder)]
    hidden = [f"{name}/{entry.name}" for name in inside if name.startswith(".") for entry in _hidden(folder / name)]
    size = 0
    for name in (*inside, *hidden):
        if name in usual or not any(fnmatch.fnmatch(name, pattern) for pattern in answersfile.NAMES):
            continue
        with suppress(reading.Unreadable):  # larger than any answers file, or not for us to read
            content = reading.read_limited(folder / name)
            size += len(content)
            if size > _MOST_BYTES and usual:
                return
            if size > _MOST_BYTES:
                raise NothingGenerated(
                    folder,
                    f"has no .copier-answers file, and more than {_MOST_BYTES >> 20} MiB of YAML and JSON:"
                    " name its answers file with --answers-file",
                )
            if answersfile.is_record(content):
                yield name


def _usual(folder: Path) -> Iterator[str]:
    """Answers files where Copier's default, and ours, has them."""
    return (entry.name for entry in _entries(folder) if USUAL_NAME.fullmatch(entry.name))


def _hidden(folder: Path) -> Iterator[os.DirEntry[str]]:
    with suppress(reading.Unreadable):  # a file, not for us to read, or a cache of whatever size
        yield from reading.entries(folder)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        yield from reading.entries(folder)
    except reading.Unreadable as error:
        raise NothingGenerated(folder, f"cannot be looked through: it {error.reason}") from error


def _within_repository(folders: Sequence[Path]) -> int:
    """How many of the folders are in the repository, or only the first where none is: others are not the project's."""
    return 1 + next((number for number, folder in enumerate(folders) if (folder / ".git").exists()), 0)
