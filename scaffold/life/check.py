"""How generated code stands: current or behind, and what differs from what was generated. Writes nothing."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.errors import NothingGenerated, ScaffoldError
from scaffold.life.generated import find_root, pieces_of, select
from scaffold.life.history import history
from scaffold.life.majors import newer_major, target
from scaffold.life.merge import Change, Outcome, as_text, has_markers
from scaffold.life.owned import owned
from scaffold.plan import is_blocked
from scaffold.sources.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from scaffold.life.generated import Piece
    from scaffold.life.merge import Tree


class Group(Enum):
    """Whose a generated file is."""

    YOURS = "yours"
    MACHINERY = "machinery"
    SHARED = "shared"
    """The project's own, which an update merges: pyproject.toml, README, CI."""
    GENERATED = "generated"
    """A team's template does not say whose its files are."""


_NOT_TO_EDIT = (Group.MACHINERY, Group.GENERATED)
_MISSING = ("deleted", "in the way")


@dataclass(frozen=True)
class Drift:
    """A file that is not as it was generated."""

    path: PurePosixPath
    kind: str
    """Edited, deleted, in conflict, in the way or too large."""
    group: Group
    change: Change

    @property
    def fails(self) -> bool:
        """Whether it has to be resolved: a conflict, or machinery that is missing."""
        return self.kind == "conflict" or (self.group in _NOT_TO_EDIT and self.kind in _MISSING)

    @property
    def fails_strictly(self) -> bool:
        """Whether it is more than an edit of what is there to be edited."""
        return self.fails or self.group in _NOT_TO_EDIT


@dataclass(frozen=True)
class Status:
    """How a piece of generated code stands."""

    root: Path
    answers_file: str
    module: str | None
    version: str
    newest: str
    """The newest version of its template, whatever breaks."""
    target: str
    """The version that an update goes to by itself: the newest before a breaking change."""
    newer_major: str | None = None
    """The newest version, where a breaking change lies before it."""
    drift: tuple[Drift, ...] = ()
    problem: str = ""
    """Why it could not be compared."""
    notes: tuple[tuple[str, str], ...] = ()
    """What each release that an update brings changed: its version and its words, the oldest first."""

    @property
    def is_behind(self) -> bool:
        """Whether an update would bring a newer version of its template."""
        return not self.problem and self.version != self.target

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to resolve; edits are listed and count as meant."""
        return not (self.problem or self.is_behind or any(drift.fails for drift in self.drift))

    @property
    def is_strictly_clean(self) -> bool:
        """Whether the machinery is as it was generated, too."""
        return self.is_clean and not any(drift.fails_strictly for drift in self.drift)


def check_project(project: Path, module: str | None, ignored: Sequence[str]) -> list[Status]:
    """Every piece in a project.

    Args:
        project: A directory in it.
        module: Only this one.
        ignored: Patterns of files that are not compared.

    Raises:
        NothingGenerated: There is nothing to check.
    """
    root = find_root(project)
    return [_status(piece, ignored) for piece in select(pieces_of(root), module)]


def generated_file(project: Path, module: str | None, name: str) -> bytes:
    """A file as the version and the answers on record generate it.

    Args:
        project: A directory in the project.
        module: Only that of this module.
        name: The file's path in the project.

    Raises:
        NothingGenerated: No such file is generated.
    """
    root, path = find_root(project), PurePosixPath(name)
    for piece in select(pieces_of(root), module):
        kept = piece.is_bundled and path in piece.kept
        files = piece.template.render(piece.answers) if kept else _generated(piece)
        if path in files:
            return files[path]
    raise NothingGenerated(root, f"has no generated file {name!a}: scaffold check lists those that differ")


def _status(piece: Piece, ignored: Sequence[str]) -> Status:
    version = newest = goal = "unknown"
    try:
        version = piece.version
        known = history().available if piece.is_bundled else _team().releases(piece)
        newest = known[-1] if known else version
        goal = target(version, known, cross=False)
        drift = tuple(found for found in _drift(piece) if not _is_ignored(found.path, ignored))
        notes = history().notes(version, goal) if piece.is_bundled else ()
    except ScaffoldError as error:
        problem = _unreachable(piece, error) or str(error)
        return Status(piece.root, piece.answers_file, piece.module, version, newest, goal, problem=problem)
    major = newer_major(version, known)
    return Status(piece.root, piece.answers_file, piece.module, version, newest, goal, major, drift, notes=notes)


def _unreachable(piece: Piece, error: ScaffoldError) -> str:
    """What is said where a template is not to be had at the moment; nothing where something else is wrong."""
    if not isinstance(error, (Unreachable, NothingGenerated)) or not isinstance(piece.recorded.get("_commit"), str):
        return ""
    return f"not compared, since its template cannot be reached; the code itself needs no template: {error}"


def _team() -> ModuleType:
    """Imported when a template is a team's: it takes longer than all else here."""
    from scaffold.life import team_update

    return team_update


def _is_ignored(path: PurePosixPath, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(str(path), pattern) for pattern in patterns)


def _generated(piece: Piece) -> Tree:
    tree: Tree = piece.generate() if piece.is_bundled else _team().generated(piece)
    return tree


def _drift(piece: Piece) -> Iterator[Drift]:
    generated = _generated(piece)
    owners = owned(piece.template, piece.answers) if piece.is_bundled else set()
    for path, content in sorted(generated.items()):
        found, kind = _found(piece.root, path)
        if found is not None and as_text(found) == content:
            continue
        outcome = Outcome.DELETED if found is None else Outcome.UPDATED
        group = Group.YOURS if path in owners else _group(piece, path)
        yield Drift(path, kind, group, Change(path=path, outcome=outcome, before=content, after=found))


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


def _group(piece: Piece, path: PurePosixPath) -> Group:
    """Whose a file is that is not the owner's: of the bundled templates, code is machinery."""
    if not piece.is_bundled:
        return Group.GENERATED
    return Group.MACHINERY if path.suffix == ".py" and path.name != "__init__.py" else Group.SHARED
