"""Three-way merge of generated trees: what was generated, what became of it, and what a newer template generates.

Each file is merged by git's own `merge-file`, so that a conflict looks and ends as it does anywhere else. A file that
the template renamed takes its local edits along.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, unified_diff
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, NamedTuple

from scaffold.git import git
from scaffold.removal import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Tree = dict[PurePosixPath, bytes]
ConflictStyle = Literal["inline", "rej"]

_SAME_FILE = 0.5  # the share of equal lines from which git, too, takes a file to be renamed (diff -M, 50 %)
# Of both sides of a diff, which takes time with the square of what differs.
_LARGEST_DIFF = 2 << 20  # bytes
_MOST_LINES = 40_000
_MARKERS = (b"<<<<<<< ", b"=======", b">>>>>>> ")  # with the base between them or, as Copier has it, without


class Outcome(Enum):
    """What a merge comes to for a file."""

    NEW = "new"
    UPDATED = "updated"
    MERGED = "merged"
    CONFLICT = "conflict"
    DELETED = "deleted"
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A file that a merge touches, or leaves although the template changed it."""

    path: PurePosixPath
    outcome: Outcome
    before: bytes | None
    """What stands there; None where nothing does."""
    after: bytes | None
    """What will stand there."""
    why: str = ""
    rejected: bytes | None = None
    """What could not be merged, as a diff."""
    was: PurePosixPath | None = None
    """Its name before, where the template renamed it; there, `before` stood."""
    example: bytes | None = None
    """What the template has for a file of the owner's that is left as it is."""

    @property
    def is_move_away(self) -> bool:
        """Whether it is the other half of a renaming."""
        return self.outcome is Outcome.DELETED and self.was is not None


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a merge is told: names for the sides beside conflict markers, and where conflicts stand."""

    base: str
    theirs: str
    mine: str = "yours"
    style: ConflictStyle = "inline"
    """In the file between markers, or as a diff beside it in FILE.rej."""


def merge_trees(
    base: Mapping[PurePosixPath, bytes],
    mine: Mapping[PurePosixPath, bytes],
    theirs: Mapping[PurePosixPath, bytes],
    manner: Manner,
    same: Mapping[PurePosixPath, PurePosixPath] | None = None,
) -> list[Change]:
    """All that has to change in `mine` so that it has what is new in `theirs` since `base`.

    Args:
        base: What was generated.
        mine: The same places now, as far as there is anything.
        theirs: What would be generated.
        manner: How conflicts are told.
        same: Files of `theirs` that are known to be files of `base` under another name; others are found by their text.
    """
    renamed = _renamed(base, theirs, same or {})
    changes: list[Change] = []
    for path in sorted({*base, *theirs} - set(renamed.values())):
        old = renamed.get(path)
        if old is None or path in mine:
            changes += _merge_file(path, base.get(path), mine.get(path), theirs.get(path), manner)
        else:
            changes += _follow(path, old, _Sides(base[old], mine.get(old), theirs[path]), manner)
        if old is not None and path in mine:
            changes += _merge_file(old, base[old], mine.get(old), None, manner)
    return sorted(changes, key=lambda change: change.path)


def as_text(content: bytes) -> bytes:
    """Content with the line ends that the templates write, to compare it with what they render."""
    return content.replace(b"\r\n", b"\n")


def has_markers(content: bytes) -> bool:
    """Whether a conflict stands in a file, ours or another program's: with all three markers in their order."""
    places = [content.find(b"\n" + marker) if not content.startswith(marker) else 0 for marker in _MARKERS]
    return -1 not in places and places == sorted(places)


def diff(change: Change) -> str:
    """The change as git shows it, for `git apply`; nothing where nothing changes, or for a renamed file's old name."""
    before, after = change.before, change.after
    old = change.was or change.path
    if change.is_move_away or (before == after and (change.was is None or after is None)):
        return ""
    lines = [f"diff --git a/{old} b/{change.path}"]
    if before is None:
        lines.append("new file mode 100644")
    elif after is None:
        lines.append("deleted file mode 100644")
    elif change.was is not None:
        lines += [f"rename from {old}", f"rename to {change.path}"]
    if b"\0" in (before or b"") + (after or b""):
        return "\n".join([*lines, "Binary files differ", ""])
    both = (before or b"") + (after or b"")
    if len(both) > _LARGEST_DIFF or both.count(b"\n") > _MOST_LINES:
        return "\n".join([*lines, "Large files differ", ""])
    name_before = "/dev/null" if before is None else f"a/{old}"
    name_after = "/dev/null" if after is None else f"b/{change.path}"
    return "\n".join([*lines, _unified(before or b"", after or b"", name_before, name_after)])


def _renamed(
    base: Mapping[PurePosixPath, bytes],
    theirs: Mapping[PurePosixPath, bytes],
    same: Mapping[PurePosixPath, PurePosixPath],
) -> dict[PurePosixPath, PurePosixPath]:
    """Each new name to the old one."""
    gone = sorted(base.keys() - theirs.keys())
    fresh = sorted(theirs.keys() - base.keys())
    pairs = {new: old for new, old in same.items() if new in fresh and old in gone}
    for new in fresh:
        free = [old for old in gone if old not in pairs.values()]
        if new not in pairs and free:
            alike, old = max((_likeness(base[old], theirs[new]), old) for old in free)
            if alike >= _SAME_FILE:
                pairs[new] = old
    return pairs


def _likeness(one: bytes, other: bytes) -> float:
    if not one.strip() or not other.strip():
        return 0.0  # empty files are all alike
    return SequenceMatcher(None, one.splitlines(), other.splitlines(), autojunk=False).ratio()


class _Sides(NamedTuple):
    base: bytes | None
    mine: bytes | None
    theirs: bytes | None


def _follow(path: PurePosixPath, old: PurePosixPath, sides: _Sides, manner: Manner) -> Iterator[Change]:
    """The template renamed a file: what was done to it goes along."""
    if sides.mine is None:
        yield Change(path=path, outcome=Outcome.KEPT, before=None, after=None, why=f"{old} was deleted here", was=old)
        return
    yield Change(path=old, outcome=Outcome.DELETED, before=sides.mine, after=None, why=f"now {path}", was=old)
    unchanged = Change(path=path, outcome=Outcome.UPDATED, before=sides.mine, after=sides.mine)
    for change in _merge_file(path, *sides, manner) or [unchanged]:
        yield replace(change, why="; ".join(part for part in (f"was {old}", change.why) if part), was=old)


def _merge_file(
    path: PurePosixPath, base: bytes | None, mine: bytes | None, theirs: bytes | None, manner: Manner
) -> list[Change]:
    """Nothing or one change."""
    if mine is not None and b"\r\n" in mine and mine.count(b"\n") == mine.count(b"\r\n"):
        base, theirs = (None if side is None else _with_crlf(side) for side in (base, theirs))
    if theirs in (base, mine):
        return []
    if mine == base:
        after = Outcome.DELETED if theirs is None else Outcome.NEW if base is None else Outcome.UPDATED
        return [Change(path=path, outcome=after, before=mine, after=theirs)]
    if theirs is None or mine is None:
        why = (
            "deleted here; the template has changed it" if mine is None else "edited here; the template has it no more"
        )
        return [Change(path=path, outcome=Outcome.KEPT, before=mine, after=mine, why=why)]
    change = _merge_text(path, _Sides(base or b"", mine, theirs), manner)
    return [] if change.after == mine and change.outcome is Outcome.MERGED else [change]


def _merge_text(path: PurePosixPath, sides: _Sides, manner: Manner) -> Change:
    merged, conflicts = _three_way(sides, manner)
    if conflicts == 0:
        return Change(path=path, outcome=Outcome.MERGED, before=sides.mine, after=merged)
    rejected = None
    why = f"{conflicts} to resolve between the markers"
    if conflicts is None or manner.style == "rej":
        merged, rejected = _rejected(path, sides, manner)
        why = f"what did not fit is in {path.name}.rej"
    return Change(path=path, outcome=Outcome.CONFLICT, before=sides.mine, after=merged, why=why, rejected=rejected)


def _with_crlf(content: bytes) -> bytes:
    return as_text(content).replace(b"\n", b"\r\n")


def _three_way(sides: _Sides, manner: Manner, *options: str) -> tuple[bytes, int | None]:
    """The merged text and the number of conflicts; None where git cannot merge such content at all."""
    texts = {"mine": sides.mine or b"", "base": sides.base or b"", "theirs": sides.theirs or b""}
    if any(b"\0" in text for text in texts.values()):
        return texts["mine"], None
    with temporary_folder("scaffold-merge-") as folder:
        for name, content in texts.items():
            Path(folder, name).write_bytes(content)
        names = [word for label in (manner.mine, manner.base, manner.theirs) for word in ("-L", label)]
        # Its exit code is the number of conflicts, up to 127; from 128 on it is an error.
        conflicts, merged = git(
            "merge-file", "-p", "--diff3", *options, *names, *texts, cwd=Path(folder), accept=range(128)
        )
    return merged, conflicts


def _rejected(path: PurePosixPath, sides: _Sides, manner: Manner) -> tuple[bytes, bytes]:
    """The file with all that fits, and a diff of the rest; of what is no text, the whole new content."""
    kept, mergeable = _three_way(sides, manner, "--ours")
    if mergeable is None:
        return kept, sides.theirs or b""
    wanted, _ = _three_way(sides, manner, "--theirs")
    text = _unified(kept, wanted, f"a/{path}", f"b/{path}")
    return kept, text.encode("utf-8", "surrogateescape")


def _unified(before: bytes, after: bytes, name_before: str, name_after: str) -> str:
    """As `diff -u` prints it, with a remark where the last line has no end."""
    sides = [list(io.StringIO(side.decode("utf-8", "surrogateescape"), newline="\n")) for side in (before, after)]
    lines = unified_diff(sides[0], sides[1], name_before, name_after)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
