"""A change as git shows it, so that `git apply` takes it."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b85encode
from dataclasses import replace
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from scaffold.life.merge import Kind
from scaffold.life.texts import is_text, unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.life.merge import Change

# Of both sides of a diff, which takes time with the square of what differs.
_LARGEST_DIFF = 2 << 20  # bytes
_MOST_LINES = 40_000
_IN_A_LINE = len(ascii_letters)  # bytes of a line of a binary patch, whose first letter is their number


def diff(change: Change) -> str:
    """The change as git shows it; nothing where nothing changes, or for a renamed file's old name."""
    before, after = change.before, change.after
    if change.is_move_away or (after is None and before is None) or not (change.is_real or after is None):
        return ""
    if before is not None and after is not None and (change.kinds[0] is Kind.LINK) != (change.kinds[1] is Kind.LINK):
        # A file is never made into a link: it goes, and the link comes.
        return diff(replace(change, after=None, was=None)) + diff(replace(change, before=None, was=None))
    lines = [f"diff --git a/{change.was or change.path} b/{change.path}", *_header(change)]
    if before == after:
        return "\n".join([*lines, ""])
    both = (before or b"") + (after or b"")
    if len(both) > _LARGEST_DIFF or both.count(b"\n") > _MOST_LINES:
        return "\n".join([*lines, "Large files differ", ""])
    if not is_text(both):
        return "\n".join([*lines, *_binary(before or b"", after or b"", change), ""])
    name_before = "/dev/null" if before is None else f"a/{change.was or change.path}"
    name_after = "/dev/null" if after is None else f"b/{change.path}"
    return "\n".join([*lines, unified(before or b"", after or b"", name_before, name_after)])


def _header(change: Change) -> Iterator[str]:
    old, new = (kind.value for kind in change.kinds)
    if change.before is None:
        yield f"new file mode {new}"
    elif change.after is None:
        yield f"deleted file mode {old}"
    elif old != new:
        yield f"old mode {old}"
        yield f"new mode {new}"
    if change.was is not None and change.before is not None and change.after is not None:
        yield f"rename from {change.was}"
        yield f"rename to {change.path}"


def _binary(before: bytes, after: bytes, change: Change) -> Iterator[str]:
    """The hashes of both sides stand there, so that nothing but the one is ever made into the other."""
    hashes = (
        "0" * 40 if side is None else hashlib.sha1(b"blob %d\0" % len(side) + side).hexdigest()  # noqa: S324  # git's
        for side in (change.before, change.after)
    )
    yield f"index {'..'.join(hashes)}"
    yield "GIT binary patch"
    for side in (after, before):
        yield f"literal {len(side)}"
        packed = zlib.compress(side)
        for start in range(0, len(packed), _IN_A_LINE):
            part = packed[start : start + _IN_A_LINE]
            yield (ascii_uppercase + ascii_lowercase)[len(part) - 1] + b85encode(part, pad=True).decode()
        yield ""
