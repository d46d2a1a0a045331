"""A custom template's two renderings merged into a project, by the same merge as the bundled ones."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import Refused
from scaffold.foreign.template import Rendered
from scaffold.life.merge import Change, Kind, Kinds, Outcome, merge_trees
from scaffold.life.present import present
from scaffold.life.texts import Manner
from scaffold.life.update import Update
from scaffold.life.worktree import tracked
from scaffold.team import with_commit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.updating import Renderings
    from scaffold.life.generated import Piece
    from scaffold.life.present import Present
    from scaffold.life.texts import ConflictStyle


class Merging:
    """One piece on its way to another version; the project as migrations get to see it (foreign/updating.py)."""

    def __init__(self, root: Path, piece: Piece, new: Checkout, style: ConflictStyle) -> None:
        self._root, self._piece, self._new, self._style = root, piece, new, style
        self._before: Present | None = None
        """What stood there when migrations began."""
        self._told: dict[PurePosixPath, Change] = {}
        """What the merge said of each file, where migrations go on from it."""
        self.replaced: Mapping[str, object] = {}
        """What now stands for each recorded answer that is not taken any more."""

    def files(self, base: Rendered) -> Rendered:
        """As Project says: what git knows, and what the template made, whether git knows it or not."""
        self._before = present(self._root, sorted({*tracked(self._root), *base.files}))
        return _as_rendered(self._before)

    def merge(self, renderings: Renderings, migrated: Rendered) -> Rendered:
        """As Project says."""
        assert self._before is not None
        theirs = self._theirs(renderings)
        unknown = present(self._root, sorted(theirs.files.keys() - migrated.files.keys() - self._before.files.keys()))
        self._before = _joined(self._before, unknown)
        mine = replace(migrated, files=migrated.files | unknown.files, modes=migrated.modes | _modes(unknown))
        changes = self._changes(renderings, theirs, mine)
        self._told = {change.path: change for change in changes}
        return _changed(mine, theirs, changes)

    def finish(self, renderings: Renderings, migrated: Rendered | None) -> Update:
        """All that changes in the project."""
        self.replaced = renderings.replaced
        theirs = self._theirs(renderings)
        moved: Mapping[PurePosixPath, int] = {}
        if migrated is None:
            paths = sorted({*renderings.base.files, *theirs.files})
            before = present(self._root, paths)
            changes = self._changes(renderings, theirs, _as_rendered(before))
        else:
            assert self._before is not None
            before, paths = self._before, sorted({*self._before.files, *migrated.files})
            changes = [*_migrated(before, migrated, self._told)]
            moved = {path: mode for path, mode in migrated.modes.items() if not stat.S_ISLNK(mode)}
        own = PurePosixPath(self._piece.answers_file)
        if present(self._root, [own]).kinds.get(own, Kind.LINK) is Kind.LINK:
            raise Refused(self._root / own, "is not a plain file in a plain directory: move it away first")
        seen = {path: before.hash_at(path) for path in paths} | {own: self._piece.stamp}
        new = {path: mode for path, mode in theirs.modes.items() if not stat.S_ISLNK(mode)}
        modes = {**moved, **new, **before.modes}
        appear, disappear = (
            tuple(folder for folder in one.folders if folder not in other.folders)
            for one, other in ((theirs, renderings.base), (renderings.base, theirs))
        )
        return Update(self._root, (), tuple(changes), seen, modes, folders=appear, folders_gone=disappear)

    def _theirs(self, renderings: Renderings) -> Rendered:
        """With all that scaffold itself records."""
        files = self._piece.but_for_kept(with_commit(renderings.theirs.files, self._new))
        return replace(renderings.theirs, files=files)

    def _changes(self, renderings: Renderings, theirs: Rendered, mine: Rendered) -> list[Change]:
        base = self._piece.but_for_kept(renderings.base.files)
        own = PurePosixPath(self._piece.answers_file)
        if own in mine.files and (own in base or own in theirs.files):
            base[own] = mine.files[own]  # the record is replaced, whatever was edited in it: it was read
        once = renderings.left - {own}  # a record that is left as it was names another version than is there
        left = {path for path in once if path in mine.files}
        old = {path: content for path, content in base.items() if path not in once}
        new = {path: content for path, content in theirs.files.items() if path not in left}
        manner = Manner(
            base=f"generated by {self._piece.version}", theirs=f"template {self._new.ref}", style=self._style
        )
        kinds = Kinds(_kinds(renderings.base), _kinds(mine), _kinds(theirs))
        here = {path: content for path, content in mine.files.items() if path not in left}
        return merge_trees(old, here, new, manner, kinds=kinds)


def _kinds(rendered: Rendered) -> dict[PurePosixPath, Kind]:
    return {path: Kind.of(mode) for path, mode in rendered.modes.items()}


def _modes(found: Present) -> dict[PurePosixPath, int]:
    return {path: stat.S_IFLNK if found.kinds[path] is Kind.LINK else mode for path, mode in found.modes.items()}


def _as_rendered(found: Present) -> Rendered:
    return Rendered(dict(found.files), _modes(found), (), {})


def _joined(one: Present, other: Present) -> Present:
    return replace(
        one, files=one.files | other.files, kinds={**one.kinds, **other.kinds}, modes={**one.modes, **other.modes}
    )


def _changed(mine: Rendered, theirs: Rendered, changes: Iterable[Change]) -> Rendered:
    """The files when all changes are made, for migrations to go on with."""
    files, modes = dict(mine.files), dict(mine.modes)
    for change in changes:
        if change.rejected is not None:
            files[change.reject_path] = change.rejected
        if change.after is None:
            files.pop(change.path, None)
            continue
        files[change.path] = change.after
        mode = modes.get(change.was or change.path, theirs.modes.get(change.path, 0o644))
        modes[change.path] = _with_kind(mode, change.kinds[1])
    return Rendered(files, {path: modes.get(path, 0o644) for path in files}, (), {})


def _with_kind(mode: int, kind: Kind) -> int:
    if kind is Kind.LINK:
        return stat.S_IFLNK
    mode = 0o644 if stat.S_ISLNK(mode) else mode
    return mode | 0o111 if kind is Kind.PROGRAM else mode & ~0o111


def _migrated(before: Present, after: Rendered, told: Mapping[PurePosixPath, Change]) -> Iterable[Change]:
    """What changes when migrations have worked before and after the merge, with what that said of a file."""
    for path in sorted({*before.files, *after.files, *told}):
        old, new = before.files.get(path), after.files.get(path)
        kinds = before.kinds.get(path, Kind.FILE), Kind.of(after.modes.get(path, 0))
        said = told.get(path)
        if said is not None and said.after == new and said.kinds[1] is kinds[1]:
            yield replace(said, before=old, kinds=kinds, was=None)
        elif (old, kinds[0]) != (new, kinds[1]):
            outcome = Outcome.NEW if old is None else Outcome.DELETED if new is None else Outcome.UPDATED
            yield Change(path=path, outcome=outcome, before=old, after=new, kinds=kinds, why="by a migration")
