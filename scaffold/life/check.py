"""How generated code stands: current or behind, and what differs from what was generated. Writes nothing."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold import clone, reading
from scaffold.answersfile import COMMIT_KEY, is_same
from scaffold.errors import DRIFT, NothingGenerated, NotTrusted, ScaffoldError, UsageError
from scaffold.life.comparison import Generated
from scaffold.life.finding import find_root, pieces_of
from scaffold.life.history import history
from scaffold.life.majors import newer_major, target
from scaffold.life.merge import REJECTED, Change, Outcome, as_text, has_markers
from scaffold.life.owned import owned
from scaffold.plan import is_blocked
from scaffold.sources.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scaffold.life.comparison import Permission
    from scaffold.life.finding import Selection
    from scaffold.life.generated import Piece


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
_OURS = frozenset({COMMIT_KEY, clone.KEPT_KEY})
"""Keys that scaffold adds to an answers file."""


@dataclass(frozen=True)
class Drift:
    """A file that is not as it was generated."""

    path: PurePosixPath
    kind: str
    """Edited, deleted, in conflict, in the way, too large, or of another mode: a program, or no longer one."""
    group: Group
    change: Change
    by_task: bool = False
    """Whether a task of the template may have done it."""

    @property
    def fails(self) -> bool:
        """Whether it has to be resolved: a conflict, or machinery that is missing."""
        is_missing = self.group in _NOT_TO_EDIT and self.kind in _MISSING
        return self.kind == "conflict" or (is_missing and not self.by_task)

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
    is_untrusted: bool = False
    """Whether that is because it runs code which the user does not trust."""
    remarks: tuple[str, ...] = ()
    """What has to be said about how it was compared."""
    notes: tuple[tuple[str, str], ...] = ()
    """What each release that an update brings changed: its version and its words, the oldest first."""

    @property
    def is_behind(self) -> bool:
        """Whether an update would bring a newer version of its template."""
        return not self.problem and self.version != self.target

    def exit_code(self, *, strict: bool) -> int:
        """The exit code that it brings: 0, drift, or that of what is not trusted."""
        if self.is_untrusted:
            return NotTrusted.exit_code
        return 0 if (self.is_strictly_clean if strict else self.is_clean) else DRIFT

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to resolve; edits are listed and count as meant."""
        return not (self.problem or self.is_behind or any(drift.fails for drift in self.drift))

    @property
    def is_strictly_clean(self) -> bool:
        """Whether the machinery is as it was generated, too."""
        return self.is_clean and not any(drift.fails_strictly for drift in self.drift)


def check_project(project: Path, wanted: Selection, ignored: Sequence[str], permission: Permission) -> list[Status]:
    """Every piece in a project.

    Args:
        project: A directory in it.
        wanted: What of it.
        ignored: Patterns of files that are not compared.
        permission: What templates that are not ours may run, and answers of theirs that are on no record.

    Raises:
        NothingGenerated: There is nothing to check.
        UsageError: An answer is for no question.
    """
    root = find_root(project, wanted)
    return [_status(piece, ignored, permission) for piece in pieces_of(root, wanted)]


def generated_file(project: Path, wanted: Selection, name: str, permission: Permission) -> bytes:
    """A file as the version and the answers on record generate it.

    Args:
        project: A directory in the project.
        wanted: What of it.
        name: The file's path in the project.
        permission: As for `check_project`.

    Raises:
        NothingGenerated: No such file is generated.
        ScaffoldError: It cannot be generated.
    """
    root, path = find_root(project, wanted), PurePosixPath(name)
    for piece in pieces_of(root, wanted):
        kept = piece.is_bundled and path in piece.kept
        files = piece.template.render(piece.answers) if kept else _generated(piece, permission).files
        if path in files:
            return files[path]
    raise NothingGenerated(root, f"has no generated file {name!a}: scaffold check lists those that differ")


def _status(piece: Piece, ignored: Sequence[str], permission: Permission) -> Status:
    status = Status(piece.root, piece.answers_file, piece.module, "unknown", "unknown", "unknown")
    try:
        status = _age(piece, replace(status, version=piece.version))
        generated = _generated(piece, permission)
        drift = tuple(found for found in _drift(piece, generated) if not _is_ignored(found.path, ignored))
    except UsageError:
        raise
    except ScaffoldError as error:
        problem = _unreachable(piece, error) or str(error)
        return replace(status, problem=problem, is_untrusted=isinstance(error, NotTrusted))
    notes = history().notes(piece.version, status.target) if piece.is_bundled else ()
    return replace(status, drift=drift, remarks=(*status.remarks, *generated.remarks), notes=notes)


def _age(piece: Piece, status: Status) -> Status:
    """With what there is of newer versions."""
    if not piece.is_bundled:
        return _age_of_theirs(piece, status)
    known = history().available
    goal = target(piece.version, known, cross=False)
    return replace(
        status,
        newest=known[-1],
        target=goal,
        newer_major=newer_major(piece.version, known),
    )


def _age_of_theirs(piece: Piece, status: Status) -> Status:
    from scaffold.life import origin
    from scaffold.sources import resolve  # imported where a template is a team's: it takes longer than all else here

    offered = resolve.offer(origin.source(piece))
    known, version = offered.releases, piece.version
    status = replace(status, remarks=tuple(text for text in (origin.moved_tag(piece, offered),) if text))
    goal = origin.goal(piece, offered, cross=False)
    newest = known[-1] if known else goal
    return replace(status, newest=newest, target=goal, newer_major=newer_major(version, known))


def _unreachable(piece: Piece, error: ScaffoldError) -> str:
    """What is said where a template is not to be had at the moment; nothing where something else is wrong."""
    if not isinstance(error, (Unreachable, NothingGenerated)) or not isinstance(piece.recorded.get("_commit"), str):
        return ""
    return f"not compared, since its template cannot be reached; the code itself needs no template: {error}"


def _is_ignored(path: PurePosixPath, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(str(path), pattern) for pattern in patterns)


def _generated(piece: Piece, permission: Permission) -> Generated:
    if piece.is_bundled:
        return Generated(files=piece.generate(), owned=frozenset(owned(piece.template, piece.answers)))
    from scaffold.life import team_check

    return team_check.generated(piece, permission)


def _drift(piece: Piece, generated: Generated) -> Iterator[Drift]:
    for path, content in sorted(generated.files.items()):
        yield from _rejected(piece, generated, path)
        found, kind = _found(piece.root, path, is_link=path in generated.links)
        if found is not None and _is_as_generated(piece, generated, path, found):
            if not _has_other_mode(piece, generated, path):
                continue
            kind = "mode"
        outcome = Outcome.DELETED if found is None else Outcome.UPDATED
        group = Group.YOURS if path in generated.owned else _group(piece, path)
        change = Change(path=path, outcome=outcome, before=content, after=found)
        yield Drift(path, kind, group, change, by_task=generated.has_tasks and found is None)


def _rejected(piece: Piece, generated: Generated, path: PurePosixPath) -> Iterator[Drift]:
    """What an update could not merge into a file, and left beside it."""
    rejected = path.with_name(f"{path.name}{REJECTED}")
    if rejected not in generated.files and os.path.lexists(piece.root / rejected):
        change = Change(path=rejected, outcome=Outcome.CONFLICT, before=None, after=None)
        yield Drift(rejected, "conflict", _group(piece, path), change)


def _is_as_generated(piece: Piece, generated: Generated, path: PurePosixPath, found: bytes) -> bool:
    content = generated.files[path]
    if found == content or as_text(found) == as_text(content):
        return True
    if path == PurePosixPath(piece.answers_file):  # that of plain Copier lacks our keys, and a formatter may have been
        return is_same(found, content, but_for=_OURS)
    return path in generated.unsure and generated.unsure[path].explains(found)


def _has_other_mode(piece: Piece, generated: Generated, path: PurePosixPath) -> bool:
    """Whether a file is a program and should be none, or the other way round, as far as the file system knows."""
    if (
        os.name == "nt" or path in generated.links or os.access(piece.path, os.X_OK)
    ):  # where a record is a program, everything is
        return False
    return os.access(piece.root / path, os.X_OK) != (path in generated.executable)


def _found(root: Path, path: PurePosixPath, *, is_link: bool) -> tuple[bytes | None, str]:
    """What stands where a file was generated, and what that is called unless it is the same."""
    if is_blocked(root, path):
        return None, "in the way"
    if (
        is_link and (root / path).is_symlink()
    ):  # else it may be a file that says so, as git writes where links cannot be
        return os.fsencode(os.readlink(root / path)), "edited"  # noqa: PTH115  # Path would clean it up
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
