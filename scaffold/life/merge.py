"""Three-way merge of generated trees: what was generated, what became of it, and what a newer template generates.

Each file is merged by git's own `merge-file`, so that a conflict looks and ends as it does anywhere else. A file that
the template renamed takes its local edits along. As in git, a tree is contents by path, and beside them which of those
are programs or symbolic links.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from scaffold.life import texts
from scaffold.life.likeness import pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import PurePosixPath

    from scaffold.life.texts import Manner

Tree = dict["PurePosixPath", bytes]

REJECTED = ".rej"
"""Behind a file's name: what could not be merged into it."""
_MARKERS = tuple(re.compile(line, re.MULTILINE) for line in (rb"^<{7} ", rb"^={7}\r?$", rb"^>{7} "))
"""The lines of a conflict; with the base between the first two or, as Copier has it, without."""


class Outcome(Enum):
    """What a merge comes to for a file."""

    NEW = "new"
    UPDATED = "updated"
    MERGED = "merged"
    CONFLICT = "conflict"
    DELETED = "deleted"
    KEPT = "kept"


class Kind(Enum):
    """What stands at a path, by git's word for it."""

    FILE = "100644"
    PROGRAM = "100755"
    LINK = "120000"
    """A symbolic link, whose content is what it names."""

    @classmethod
    def of(cls, mode: int) -> Kind:
        """That of a file or link with this mode."""
        return cls.LINK if stat.S_ISLNK(mode) else cls.PROGRAM if mode & stat.S_IXUSR else cls.FILE


@dataclass(frozen=True)
class Kinds:
    """What is no ordinary file in each of three trees."""

    base: Mapping[PurePosixPath, Kind] = field(default_factory=dict)
    mine: Mapping[PurePosixPath, Kind] = field(default_factory=dict)
    theirs: Mapping[PurePosixPath, Kind] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A file that a merge touches, or leaves although the template changed it."""

    path: PurePosixPath
    outcome: Outcome
    before: bytes | None
    """What stands there; None where nothing does."""
    after: bytes | None
    """What will stand there."""
    kinds: tuple[Kind, Kind] = (Kind.FILE, Kind.FILE)
    """What kind of thing stands there, and will."""
    why: str = ""
    rejected: bytes | None = None
    """What could not be merged, as a diff."""
    was: PurePosixPath | None = None
    """Its name before, where the template renamed it; there, `before` stood."""
    example: bytes | None = None
    """What the template has for a file of the owner's that is left as it is."""
    sides: Sides | None = None
    """Of a conflict: what did not fit together."""

    @property
    def reject_path(self) -> PurePosixPath:
        """Where that stands."""
        return self.path.with_name(f"{self.path.name}{REJECTED}")

    @property
    def is_move_away(self) -> bool:
        """Whether it is the other half of a renaming."""
        return self.outcome is Outcome.DELETED and self.was is not None

    @property
    def is_real(self) -> bool:
        """Whether anything at its path will be otherwise."""
        return self.after is not None and (
            self.after != self.before or self.was is not None or self.kinds[0] is not self.kinds[1]
        )


class Blob(NamedTuple):
    """What stands at a path."""

    content: bytes
    kind: Kind


class Sides(NamedTuple):
    """A path in each of the three trees."""

    base: Blob | None
    mine: Blob | None
    theirs: Blob | None


def merge_trees(  # noqa: PLR0913, PLR0917  # three trees, and what there is to know of them
    base: Mapping[PurePosixPath, bytes],
    mine: Mapping[PurePosixPath, bytes],
    theirs: Mapping[PurePosixPath, bytes],
    manner: Manner,
    same: Mapping[PurePosixPath, PurePosixPath] | None = None,
    kinds: Kinds | None = None,
) -> list[Change]:
    """All that has to change in `mine` so that it has what is new in `theirs` since `base`.

    Args:
        base: What was generated.
        mine: The same places now, as far as there is anything.
        theirs: What would be generated.
        manner: How conflicts are told.
        same: Files of `theirs` that are known to be files of `base` under another name; others are found by their text.
        kinds: What is a program or a link among them.
    """
    kinds = kinds or Kinds()
    old, now, new = _blobs(base, kinds.base), _blobs(mine, kinds.mine), _blobs(theirs, kinds.theirs)
    renamed = _renamed(old, new, same or {})
    changes: list[Change] = []
    for path in sorted({*old, *new} - set(renamed.values())):
        was = renamed.get(path)
        if was is None or path in now:
            ancestor = old[was] if was is not None and _went_along(path, was, old, now) else old.get(path)
            changes += _merge_file(path, Sides(ancestor, now.get(path), new.get(path)), manner)
        else:
            changes += _follow(path, was, Sides(old[was], now.get(was), new[path]), manner)
        if was is not None and path in now:
            changes += _merge_file(was, Sides(old[was], now.get(was), None), manner)
    return sorted(changes, key=lambda change: change.path)


def as_text(content: bytes) -> bytes:
    """Content with the line ends that the templates write, to compare it with what they render."""
    return content.replace(b"\r\n", b"\n")


def has_markers(content: bytes) -> bool:
    """Whether a conflict stands in a file, ours or another program's: with all three markers in their order."""
    end = 0
    for marker in _MARKERS:  # each after the one before: a line of equals signs is also what underlines a heading
        found = marker.search(content, end)
        if found is None:
            return False
        end = found.end()
    return True


def _blobs(tree: Mapping[PurePosixPath, bytes], kinds: Mapping[PurePosixPath, Kind]) -> dict[PurePosixPath, Blob]:
    return {path: Blob(content, kinds.get(path, Kind.FILE)) for path, content in tree.items()}


def _renamed(
    base: Mapping[PurePosixPath, Blob],
    theirs: Mapping[PurePosixPath, Blob],
    same: Mapping[PurePosixPath, PurePosixPath],
) -> dict[PurePosixPath, PurePosixPath]:
    """Each new name to the old one."""
    gone = {path: base[path].content for path in sorted(base.keys() - theirs.keys()) if _is_file(base[path])}
    fresh = {path: theirs[path].content for path in sorted(theirs.keys() - base.keys()) if _is_file(theirs[path])}
    known = {new: old for new, old in same.items() if new in fresh and old in gone}
    rest = {path: content for path, content in gone.items() if path not in known.values()}
    return known | pairs(rest, {path: content for path, content in fresh.items() if path not in known})


def _went_along(
    path: PurePosixPath, was: PurePosixPath, old: Mapping[PurePosixPath, Blob], now: Mapping[PurePosixPath, Blob]
) -> bool:
    """Whether a file that the template renamed was renamed so here, too: by its owner, or by a migration."""
    here = now[path]
    return was not in now and _is_file(here) and path in pairs({was: old[was].content}, {path: here.content})


def _is_file(blob: Blob) -> bool:
    return blob.kind is not Kind.LINK


def _follow(path: PurePosixPath, old: PurePosixPath, sides: Sides, manner: Manner) -> Iterator[Change]:
    """The template renamed a file: what was done to it goes along."""
    mine = sides.mine
    if mine is None:
        yield Change(path=path, outcome=Outcome.KEPT, before=None, after=None, why=f"{old} was deleted here", was=old)
        return
    kinds = (mine.kind, mine.kind)
    yield Change(
        path=old, outcome=Outcome.DELETED, before=mine.content, after=None, kinds=kinds, why=f"now {path}", was=old
    )
    unchanged = Change(path=path, outcome=Outcome.UPDATED, before=mine.content, after=mine.content, kinds=kinds)
    for change in _merge_file(path, sides, manner) or [unchanged]:
        yield replace(change, why="; ".join(part for part in (f"was {old}", change.why) if part), was=old)


def _merge_file(path: PurePosixPath, sides: Sides, manner: Manner) -> list[Change]:
    """Nothing or one change."""
    base, mine, theirs = sides
    if theirs in (base, mine):
        return []
    if mine == base:
        return [_taken(path, sides)]
    if theirs is None or mine is None:
        why = (
            "deleted here; the template has changed it" if mine is None else "edited here; the template has it no more"
        )
        here = None if mine is None else mine.content
        kinds = (Kind.FILE, Kind.FILE) if mine is None else (mine.kind, mine.kind)
        if mine is not None and base is not None and _is_same_text(base, mine):
            return [_taken(path, sides)]
        return [Change(path=path, outcome=Outcome.KEPT, before=here, after=here, kinds=kinds, why=why)]
    if Kind.LINK in {mine.kind, theirs.kind, Kind.FILE if base is None else base.kind}:
        return [_apart(path, sides, "a link on one side")]
    return _merge_both(path, base, mine, theirs, manner)


def _is_same_text(base: Blob, mine: Blob) -> bool:
    """Whether a file is as it was generated but for its line ends, which git may have changed."""
    return base.kind is mine.kind and texts.is_text(base.content) and as_text(base.content) == as_text(mine.content)


def _taken(path: PurePosixPath, sides: Sides) -> Change:
    """The template's side, where nothing was done here."""
    base, mine, theirs = sides
    outcome = Outcome.DELETED if theirs is None else Outcome.NEW if base is None else Outcome.UPDATED
    kinds = (Kind.FILE if mine is None else mine.kind, Kind.FILE if theirs is None else theirs.kind)
    before, after = (None if side is None else side.content for side in (mine, theirs))
    why = _about_kind(kinds) if before == after else ""
    return Change(path=path, outcome=outcome, before=before, after=after, kinds=kinds, why=why)


def _about_kind(kinds: tuple[Kind, Kind]) -> str:
    """What is said of a file that stays as it is but for that."""
    return {
        (Kind.FILE, Kind.PROGRAM): "can be run now",
        (Kind.PROGRAM, Kind.FILE): "cannot be run any more",
    }.get(kinds, "")


def _merge_both(path: PurePosixPath, base: Blob | None, mine: Blob, theirs: Blob, manner: Manner) -> list[Change]:
    """A file that both sides have; what runs is merged like a line."""
    kind = theirs.kind if base is not None and mine.kind is base.kind else mine.kind
    contents = texts.with_one_line_end(None if base is None else base.content, mine.content, theirs.content)
    old, here, new = contents
    kinds = (mine.kind, kind)
    three = texts.Sides(old or b"", here, new)
    is_trivial = here == old or new in (old, here)
    merged, conflicts = (here if new == old else new, 0) if is_trivial else texts.three_way(three, manner)
    if conflicts == 0:
        is_untouched = base is not None and here == old and mine.kind is base.kind
        outcome = Outcome.UPDATED if is_untouched else Outcome.MERGED
        why = _about_kind(kinds) if merged == mine.content else ""
        change = Change(path=path, outcome=outcome, before=mine.content, after=merged, kinds=kinds, why=why)
        return [change] if change.is_real else []
    conflict = Change(
        path=path,
        outcome=Outcome.CONFLICT,
        before=mine.content,
        after=merged,
        kinds=kinds,
        why=f"{conflicts} to resolve between the markers",
        sides=Sides(base, mine, theirs),
    )
    if conflicts is not None and manner.style == "inline":
        return [conflict]
    kept, rejected = texts.rejected(path, three, manner)
    return [replace(conflict, after=kept, why=f"what did not fit is in {path.name}.rej", rejected=rejected)]


def _apart(path: PurePosixPath, sides: Sides, why: str) -> Change:
    """What cannot be merged at all: what is here stays, and what the template has is put beside it."""
    _, mine, theirs = sides
    assert mine is not None
    assert theirs is not None
    return Change(
        path=path,
        outcome=Outcome.CONFLICT,
        before=mine.content,
        after=mine.content,
        kinds=(mine.kind, mine.kind),
        why=f"{why}: what the template has is in {path.name}.rej",
        rejected=theirs.content,
        sides=sides,
    )
