"""The three versions of one text: their line ends, what git makes of them, and what does not fit."""

from __future__ import annotations

import io
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from scaffold.git import git
from scaffold.removal import temporary_folder

if TYPE_CHECKING:
    from pathlib import PurePosixPath

ConflictStyle = Literal["inline", "rej"]

_LF, _CRLF = b"\n", b"\r\n"


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a merge is told: names for the sides beside conflict markers, and where conflicts stand."""

    base: str
    theirs: str
    mine: str = "yours"
    style: ConflictStyle = "inline"
    """In the file between markers, or as a diff beside it in FILE.rej."""


class Sides(NamedTuple):
    """A text as it was generated, as it is, and as it would be generated."""

    base: bytes
    mine: bytes
    theirs: bytes


def is_text(content: bytes) -> bool:
    """Whether git would merge it."""
    return b"\0" not in content


def with_one_line_end(base: bytes | None, mine: bytes, theirs: bytes) -> tuple[bytes | None, bytes, bytes]:
    """The three with the line ends that the merged file gets: those of `mine`, or where only `theirs` has others, its.

    git itself changes them on the way (`core.autocrlf`, attributes), so that they say nothing about a file's lines.
    """
    if not all(is_text(side) for side in (base or b"", mine, theirs)):
        return base, mine, theirs
    wanted = _line_end(mine)
    if base is not None and wanted == _line_end(base) and _line_end(theirs) is not None:
        wanted = _line_end(theirs)
    if wanted is None:
        return base, mine, theirs
    return None if base is None else _ended(base, wanted), _ended(mine, wanted), _ended(theirs, wanted)


def _line_end(content: bytes) -> bytes | None:
    """That of all lines; None where there are several, or no line ends at all."""
    crlf = content.count(_CRLF)
    if crlf == content.count(_LF):
        return _CRLF if crlf else None
    return None if crlf else _LF


def _ended(content: bytes, end: bytes) -> bytes:
    return content.replace(_CRLF, _LF).replace(_LF, end)


def three_way(sides: Sides, manner: Manner, *options: str) -> tuple[bytes, int | None]:
    """The merged text and the number of conflicts; None where git cannot merge such content at all."""
    if not all(map(is_text, sides)):
        return sides.mine, None
    with temporary_folder("scaffold-merge-") as folder:
        for name, content in sides._asdict().items():
            Path(folder, name).write_bytes(content)
        names = [word for label in (manner.mine, manner.base, manner.theirs) for word in ("-L", label)]
        # Its exit code is the number of conflicts, up to 127; from 128 on it is an error.
        conflicts, merged = git(
            "merge-file", "-p", "--diff3", *options, *names, "mine", "base", "theirs", cwd=folder, accept=range(128)
        )
    return merged, conflicts


def rejected(path: PurePosixPath, sides: Sides, manner: Manner) -> tuple[bytes, bytes]:
    """The file with all that fits, and a diff of the rest; of what is no text, the whole new content."""
    kept, mergeable = three_way(sides, manner, "--ours")
    if mergeable is None:
        return kept, sides.theirs
    wanted, _ = three_way(sides, manner, "--theirs")
    text = unified(kept, wanted, f"a/{path}", f"b/{path}")
    return kept, text.encode("utf-8", "surrogateescape")


def unified(before: bytes, after: bytes, name_before: str, name_after: str) -> str:
    """As `diff -u` prints it, with a remark where the last line has no end."""
    sides = [list(io.StringIO(side.decode("utf-8", "surrogateescape"), newline="\n")) for side in (before, after)]
    lines = unified_diff(sides[0], sides[1], name_before, name_after)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
