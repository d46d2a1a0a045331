"""How generated code stands: current or behind, and what differs from what was generated. Writes nothing."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.errors import ScaffoldError
from scaffold.life.generated import find_root, pieces_of, select
from scaffold.life.history import history
from scaffold.life.merge import Change, Outcome, has_markers
from scaffold.plan import is_blocked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path, PurePosixPath
    from types import ModuleType

    from scaffold.life.generated import Piece


@dataclass(frozen=True)
class Drift:
    """A file that is not as it was generated."""

    path: PurePosixPath
    kind: str
    """Edited, deleted, in conflict, in the way or too large."""
    change: Change


@dataclass(frozen=True)
class Status:
    """How a piece of generated code stands."""

    root: Path
    answers_file: str
    module: str | None
    version: str
    newest: str
    drift: tuple[Drift, ...] = ()
    problem: str = ""
    """Why it could not be compared."""

    @property
    def is_behind(self) -> bool:
        """Whether there is a newer version of its template."""
        return not self.problem and self.version != self.newest

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.problem or self.is_behind or self.drift)


def check_project(project: Path, module: str | None, ignored: Sequence[str]) -> list[Status]:
    """Every piece in a project.

    Args:
        project: A directory in it.
        module: Only this one.
        ignored: Patterns of files whose edits are meant.

    Raises:
        NothingGenerated: There is nothing to check.
    """
    root = find_root(project)
    return [_status(piece, ignored) for piece in select(pieces_of(root), module)]


def _status(piece: Piece, ignored: Sequence[str]) -> Status:
    version = newest = "unknown"
    try:
        version = piece.version
        newest = history().newest if piece.is_bundled else _team().newest_version(piece)
        drift = [found for found in _drift(piece) if not _is_ignored(found.path, ignored)]
    except ScaffoldError as error:
        return Status(piece.root, piece.answers_file, piece.module, version, newest, problem=str(error))
    return Status(piece.root, piece.answers_file, piece.module, version, newest, tuple(drift))


def _team() -> ModuleType:
    """Imported when a template is a team's: it takes longer than all else here."""
    from scaffold.life import team_update

    return team_update


def _is_ignored(path: PurePosixPath, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(str(path), pattern) for pattern in patterns)


def _drift(piece: Piece) -> Iterator[Drift]:
    generated = piece.generate() if piece.is_bundled else _team().generated(piece)
    for path, content in generated.items():
        found, kind = _found(piece.root, path)
        if found is not None and found.replace(b"\r\n", b"\n") == content:
            continue
        outcome = Outcome.DELETED if found is None else Outcome.UPDATED
        yield Drift(path, kind, Change(path=path, outcome=outcome, before=content, after=found))


def _found(root: Path, path: PurePosixPath) -> tuple[bytes | None, str]:
    """What stands where a file was generated, and what that is called unless it is the same."""
    if is_blocked(root, path):
        return None, "in the way"
    try:
        found = reading.read_limited(root / path, reading.LARGEST_FILE, follow=False)
    except reading.Absent:
        return None, "deleted"
    except reading.TooLarge:
        return None, "too large"
    except reading.Unreadable:
        return None, "in the way"
    return found, "conflict" if has_markers(found) else "edited"
