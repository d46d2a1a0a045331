"""Bringing generated code to another version of its template, or to other answers, with local edits kept.

What was generated is rendered once more, in the version and with the answers on record; what would be generated now is
rendered beside it; and the difference of the two is merged into what stands there. Nothing is written here: the result
is a plan, and one publish writes it whole (docs/adr/0005).
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.errors import Refused, UsageError
from scaffold.life.merge import Change, Manner, Outcome, Tree, has_markers, merge_trees
from scaffold.life.owned import examples, owned
from scaffold.life.renames import after_rename
from scaffold.life.upgrading import by_hand
from scaffold.plan import Plan, is_blocked
from scaffold.writing.record import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from scaffold.life.generated import Piece
    from scaffold.life.merge import ConflictStyle
    from scaffold.life.targets import Target
    from scaffold.life.upgrading import ByHand


_LARGEST_FILE = 100 << 20  # bytes of a file of the user's: what the large hosts of repositories take
_MOST_BYTES = 1 << 30  # of all of them


@dataclass(frozen=True)
class Step:
    """A piece, the version that it comes to, and what is to be said about that."""

    piece: Piece
    version: str
    notes: tuple[str, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    renamed: tuple[ByHand, ...] = ()
    """What is to be done by hand since a package or a module has another name."""


@dataclass(frozen=True)
class Update:
    """All that has to change in a project."""

    root: Path
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    executable: frozenset[PurePosixPath] = frozenset()
    """Those of the changed files that are programs."""
    seen: Mapping[PurePosixPath, str | None] = field(default_factory=dict)
    """The hash of every file that was looked at, or None where there was none: the update was decided on that."""

    @property
    def conflicts(self) -> list[Change]:
        """What the user has to resolve."""
        return [change for change in self.changes if change.outcome is Outcome.CONFLICT]

    @property
    def plan(self) -> Plan:
        """The files to write and to delete."""
        files: dict[PurePosixPath, bytes] = {}
        expected: dict[PurePosixPath, str | None] = {}
        for change in self.changes:
            here = None if change.was is not None and not change.is_move_away else change.before
            expected[change.path] = None if here is None else digest(here)
            if change.after is not None and (change.after != change.before or change.was is not None):
                files[change.path] = change.after
            if change.rejected is not None:
                files[_reject_path(change)] = change.rejected
                expected[_reject_path(change)] = None
        removed = (change.path for change in self.changes if change.after is None and change.before is not None)
        moved = (
            change for change in self.changes if change.was is not None and os.access(self.root / change.was, os.X_OK)
        )
        programs = {*self.executable, *(change.path for change in moved)}
        gone = frozenset(removed)
        known = {path: expected[path] for path in (*files, *gone)}
        programs &= files.keys()
        return Plan(self.root.resolve(), files, gone, frozenset(programs), {**known, **self.seen})


def merge(root: Path, targets: Sequence[Target], style: ConflictStyle) -> Update:
    """What has to change in the project so that every piece becomes what it shall be."""
    changes: dict[PurePosixPath, Change] = {}
    seen: dict[PurePosixPath, str | None] = {}
    for target in targets:
        for change in _changes(root, target, style, changes, seen):
            first = changes.get(change.path)
            changes[change.path] = change if first is None else replace(change, before=first.before)

    def present(path: PurePosixPath) -> bytes | None:
        return changes[path].after if path in changes else read_tree(root, [path]).get(path)

    steps = [
        Step(
            to.piece,
            to.template.version,
            to.notes,
            tuple(by_hand(to.piece, to.template, to.answers, present)),
            tuple(after_rename(to, [other for other in targets if other is not to], changes.keys(), present)),
        )
        for to in targets
    ]
    return Update(root, tuple(steps), tuple(change for _, change in sorted(changes.items())), seen=seen)


def join(root: Path, updates: Sequence[Update]) -> Update:
    """One update of what several come to, each of other pieces.

    Raises:
        UsageError: Two of them change the same file.
        Refused: Something in the project keeps a file from being written.
    """
    changes: dict[PurePosixPath, Change] = {}
    for change in (change for update in updates for change in update.changes):
        if change.path in changes:
            raise UsageError(
                f"two templates change {str(change.path)!a}: update one at a time, with --module or --answers-file"
            )
        changes[change.path] = change
        _check(root, change)
    return Update(
        root,
        tuple(step for update in updates for step in update.steps),
        tuple(change for _, change in sorted(changes.items())),
        frozenset(path for update in updates for path in update.executable),
        {path: hash_ for update in updates for path, hash_ in update.seen.items()},
    )


def _check(root: Path, change: Change) -> None:
    if change.before != change.after or change.before is None or change.was is not None:
        _check_writable(root, change.path)
    if change.before is not None and has_markers(change.before):
        raise Refused(root / change.path, "has the conflicts of an earlier update in it: resolve them first")
    if change.rejected is not None and os.path.lexists(root / _reject_path(change)):
        raise Refused(root / _reject_path(change), "is left from an earlier update: resolve and delete it")


def _changes(
    root: Path,
    target: Target,
    style: ConflictStyle,
    earlier: Mapping[PurePosixPath, Change],
    seen: dict[PurePosixPath, str | None],
) -> list[Change]:
    piece = target.piece
    base = piece.generate()
    theirs = target.render()
    mine = read_tree(root, base.keys() | theirs.keys())
    for path in base.keys() | theirs.keys():
        seen.setdefault(path, digest(mine[path]) if path in mine else None)
    seen[PurePosixPath(piece.answers_file)] = piece.stamp
    for path, change in earlier.items():
        mine.pop(path, None)
        if change.after is not None:
            mine[path] = change.after
    own = PurePosixPath(piece.answers_file)
    if own not in mine:
        raise Refused(root / own, "is not a plain file in a plain directory: move it away first")
    base[own] = mine[own]  # the record is replaced, whatever was edited in it: it was read
    manner = Manner(base=f"generated by {piece.version}", theirs=f"template {target.template.version}", style=style)
    before = {source: path for path, source in piece.template.sources(piece.answers, piece.answers_file).items()}
    after = target.template.sources(target.answers, target.answers_file)
    same = {path: before[source] for path, source in after.items() if source in before and path in theirs}
    owners = owned(piece.template, piece.answers) | owned(target.template, target.answers)
    apart = examples((base, mine, theirs), owners, same, (piece.answers, target.answers))
    base, mine, theirs = (
        {path: content for path, content in tree.items() if path not in apart.paths} for tree in (base, mine, theirs)
    )
    return [*apart.changes(), *merge_trees(base, mine, theirs, manner, same)]


def read_tree(root: Path, paths: Iterable[PurePosixPath]) -> Tree:
    """What stands at these paths, as far as it is plain files.

    Raises:
        Refused: One of them is far too large, or cannot be read; or all together are.
    """
    found: Tree = {}
    size = 0
    for path in paths:
        if _is_plain_file(root, path):
            try:
                found[path] = reading.read_limited(root / path, _LARGEST_FILE, follow=False)
            except reading.Absent:  # it was there a moment ago
                continue
            except reading.Unreadable as error:
                raise Refused(root / path, f"cannot be read ({error.reason}): move it away first") from error
            size += len(found[path])
            if size > _MOST_BYTES:
                raise Refused(root, f"has more than {reading.size(_MOST_BYTES)} of files to compare")
    return found


def _is_plain_file(root: Path, path: PurePosixPath) -> bool:
    return (root / path).is_file() and not (root / path).is_symlink() and not is_blocked(root, path)


def _check_writable(root: Path, path: PurePosixPath) -> None:
    target = root / path
    if is_blocked(root, path) or (os.path.lexists(target) and not _is_plain_file(root, path)):
        raise Refused(target, "is no plain file in a plain directory: move it away first")
    if target.exists() and not target.stat().st_mode & stat.S_IWUSR:
        raise Refused(target, "is read-only: make it writable first (chmod u+w)")


def _reject_path(change: Change) -> PurePosixPath:
    return change.path.with_name(f"{change.path.name}.rej")
