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

from scaffold.errors import Refused, UsageError
from scaffold.life.merge import Change, Kind, Kinds, Outcome, has_markers, merge_trees
from scaffold.life.owned import examples, owned
from scaffold.life.present import Present, mode_at, present
from scaffold.life.renames import after_rename
from scaffold.life.room import check_room
from scaffold.life.texts import Manner
from scaffold.life.upgrading import by_hand
from scaffold.plan import Plan
from scaffold.writing.nofollow import LINK
from scaffold.writing.record import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scaffold.life.generated import Piece
    from scaffold.life.targets import Target
    from scaffold.life.texts import ConflictStyle
    from scaffold.life.upgrading import ByHand


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
    seen: Mapping[PurePosixPath, str | None] = field(default_factory=dict)
    """The hash of every file that was looked at, or None where there was none: the update was decided on that."""
    modes: Mapping[PurePosixPath, int] = field(default_factory=dict)
    """Permissions: of the files that are there, and of new ones as far as the template says."""
    folders: tuple[PurePosixPath, ...] = ()
    """New ones in which there is no file."""
    folders_gone: tuple[PurePosixPath, ...] = ()
    """Those that the template had made with no file in them, and does not any more."""
    messages: tuple[str, ...] = ()
    """What the templates say to their user once all is written: untrusted."""

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
            expected[change.path] = None if here is None else digest(here, link=change.kinds[0] is Kind.LINK)
            if change.after is not None and change.is_real:
                files[change.path] = change.after
            if change.rejected is not None:
                files[change.reject_path] = change.rejected
                expected[change.reject_path] = None
        gone = {change.path for change in self.changes if change.after is None and change.before is not None}
        known = {path: expected[path] for path in (*files, *gone)}
        written = [change for change in self.changes if change.path in files]
        return Plan(
            self.root.resolve(),
            files,
            frozenset(gone),
            frozenset(change.path for change in written if change.kinds[1] is Kind.PROGRAM),
            expected={**known, **self.seen},
            modes=dict(self._modes(written)),
            folders=self.folders,
            folders_gone=self.folders_gone,
        )

    def _mode(self, change: Change) -> int | None:
        """The permissions that a file gets; None where what it replaces and whether it is a program say enough."""
        before, after = change.kinds
        if after is Kind.LINK:
            return LINK
        if change.before is None:
            return self.modes.get(change.path)
        mode = self.modes.get(change.was or change.path)
        if mode is not None and (before, after) == (Kind.PROGRAM, Kind.FILE):
            return mode & ~0o111
        if mode is not None and (before, after) == (Kind.FILE, Kind.PROGRAM) and change.was is not None:
            return mode | (mode & 0o444) >> 2
        return None if change.was is None else mode  # at a new name nothing is replaced, and it may be private

    def _modes(self, written: Iterable[Change]) -> Iterator[tuple[PurePosixPath, int]]:
        for change in written:
            if (mode := self._mode(change)) is not None:
                yield change.path, mode
        for change in self.changes:
            here = self.modes.get(change.was or change.path)
            if change.rejected is not None and here is not None and change.kinds[0] is not Kind.LINK:
                yield change.reject_path, here & ~0o111  # it tells of what may be private


def merge(root: Path, targets: Sequence[Target], style: ConflictStyle) -> Update:
    """What has to change in the project so that every piece becomes what it shall be."""
    changes: dict[PurePosixPath, Change] = {}
    looked = _Looked(root)
    for target in targets:
        for change in _changes(looked, target, style, changes):
            first = changes.get(change.path)
            kinds = change.kinds if first is None else (first.kinds[0], change.kinds[1])
            before = change.before if first is None else first.before
            changes[change.path] = replace(change, before=before, kinds=kinds)

    def standing(path: PurePosixPath) -> bytes | None:
        return changes[path].after if path in changes else present(root, [path]).files.get(path)

    steps = [
        Step(
            to.piece,
            to.template.version,
            to.notes,
            tuple(by_hand(to.piece, to.template, to.answers, standing)),
            tuple(after_rename(to, [other for other in targets if other is not to], changes.keys(), standing)),
        )
        for to in targets
    ]
    ordered = tuple(change for _, change in sorted(changes.items()))
    return Update(root, tuple(steps), ordered, looked.seen, looked.modes)


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
    check_room(root, changes)
    for change in changes.values():
        _check(root, change)
    return Update(
        root,
        tuple(step for update in updates for step in update.steps),
        tuple(change for _, change in sorted(changes.items())),
        {path: hash_ for update in updates for path, hash_ in update.seen.items()},
        {path: mode for update in updates for path, mode in update.modes.items()},
        tuple(folder for update in updates for folder in update.folders),
        tuple(folder for update in updates for folder in update.folders_gone),
        tuple(message for update in updates for message in update.messages),
    )


def _check(root: Path, change: Change) -> None:
    if change.before is not None and change.kinds[0] is not Kind.LINK and has_markers(change.before):
        raise Refused(root / change.path, "has the conflicts of an earlier update in it: resolve them first")
    if change.is_real or change.after is None:
        mode = mode_at(root, change.path)
        if mode is not None and stat.S_ISREG(mode) and not mode & stat.S_IWUSR:
            raise Refused(root / change.path, "is read-only: make it writable first (chmod u+w)")
    if change.rejected is not None and os.path.lexists(root / change.reject_path):
        raise Refused(root / change.reject_path, "is left from an earlier update: resolve and delete it")


class _Looked:
    """What was looked at in a project for an update."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.seen: dict[PurePosixPath, str | None] = {}
        self.modes: dict[PurePosixPath, int] = {}

    def at(self, paths: Iterable[PurePosixPath]) -> Present:
        """What stands at these paths; noted on the way."""
        paths = set(paths)
        found = present(self.root, sorted(paths))
        for path in paths:
            self.seen.setdefault(path, found.hash_at(path))
        self.modes |= found.modes
        return found


def _changes(
    looked: _Looked, target: Target, style: ConflictStyle, earlier: Mapping[PurePosixPath, Change]
) -> list[Change]:
    piece = target.piece
    base = piece.generate()
    theirs = target.render()
    here = looked.at(base.keys() | theirs.keys())
    mine, kinds = {**here.files}, {**here.kinds}
    looked.seen[PurePosixPath(piece.answers_file)] = piece.stamp
    for path, change in earlier.items():
        mine.pop(path, None)
        if change.after is not None:
            mine[path], kinds[path] = change.after, change.kinds[1]
    own = PurePosixPath(piece.answers_file)
    if own not in mine or kinds[own] is Kind.LINK:
        raise Refused(looked.root / own, "is not a plain file in a plain directory: move it away first")
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
    examples_as_they_are = [_of_kind(change, kinds) for change in apart.changes()]
    return [*examples_as_they_are, *merge_trees(base, mine, theirs, manner, same, Kinds(mine=kinds))]


def _of_kind(change: Change, kinds: Mapping[PurePosixPath, Kind]) -> Change:
    """The change of an example, which stays the program or link that it is."""
    kind = kinds.get(change.was or change.path, Kind.FILE)
    return replace(change, kinds=(kind, kind))
