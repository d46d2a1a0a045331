"""Which generated code there is in a project: its answers files, wherever their templates have them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scaffold.answersfile import records_in, usual_records_in
from scaffold.errors import NothingGenerated, UsageError
from scaffold.life.generated import Piece

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
    names = sorted(records_in(root))
    if len(names) > _MOST_PIECES:  # each is rendered
        raise NothingGenerated(root, f"has more than {_MOST_PIECES:,} answers files: remove those that are not needed")
    if not names:
        raise NothingGenerated(
            root,
            "has no .copier-answers file, so nothing is known to be generated in it"
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
        return any(records_in(folder) if thoroughly else usual_records_in(folder))
    return False


def _within_repository(folders: Sequence[Path]) -> int:
    """How many of the folders are in the repository, or only the first where none is: others are not the project's."""
    return 1 + next((number for number, folder in enumerate(folders) if (folder / ".git").exists()), 0)
