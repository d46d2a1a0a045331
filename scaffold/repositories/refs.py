"""Branches, tags and HEAD of a found repository, read from its files as data."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold.errors import RepositoryFault
from scaffold.repositories.found import read_line, read_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.repositories.found import Found

HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"refs/(?!.*(?:\.\.|//|@\{|/\.))[^\0-\x20\x7f~^:?*\[\\]+(?<![./])")
_OF_A_WORKTREE = ("refs/bisect/", "refs/rewritten/", "refs/worktree/")
_TAGS = "refs/tags/"
_LARGEST_PACKED = 64 << 20  # bytes; half a million refs
_MOST_LOOSE = 100_000
_DEEPEST = 5  # symbolic refs to symbolic refs, as in git


@dataclass(frozen=True)
class Head:
    """What HEAD stands for."""

    branch: str | None
    """The full name; None when it is detached."""
    commit: str | None
    """None before the first commit."""


def read_head(found: Found) -> Head:
    """What is checked out.

    Raises:
        RepositoryFault: It cannot be read.
    """
    name, content = None, _head_line(found)
    for _ in range(_DEEPEST):
        if not content.startswith("ref:"):
            break
        name = content.removeprefix("ref:").strip()
        content = _loose(found, name) or _packed(found).get(name, "")
    return Head(name, _hash(content))


def read_refs(found: Found) -> dict[str, str]:
    """Every ref below refs/, by its full name, with the hash that it holds: of an annotated tag, the tag's own.

    Raises:
        RepositoryFault: They cannot be read.
    """
    packed = _packed(found)
    loose = dict(_walk(found))
    known = {**packed, **{name: content for name, content in loose.items() if not content.startswith("ref:")}}
    for name, content in loose.items():
        target = content
        for _ in range(_DEEPEST):
            if not target.startswith("ref:"):
                break
            named = target.removeprefix("ref:").strip()
            target = loose.get(named) or packed.get(named, "")
        known[name] = target
    return {name: hash_ for name, content in known.items() if (hash_ := _hash(content))}


def read_tags(found: Found) -> list[str]:
    """The names of all tags, as a user says them.

    Raises:
        RepositoryFault: As for `read_refs`.
    """
    return [name.removeprefix(_TAGS) for name in read_refs(found) if name.startswith(_TAGS)]


def _head_line(found: Found) -> str:
    head = found.git / "HEAD"
    if head.is_symlink():  # as git made symbolic refs once
        target = os.readlink(head)  # noqa: PTH115  # as it is written
        if target.startswith("refs/"):
            return f"ref: {target}"
    line = read_line(head) or ""
    if line.startswith("ref: refs/heads/.invalid"):
        raise RepositoryFault(
            found.shown,
            "keeps its refs as a reftable, which scaffold does not read: git refs migrate --ref-format=files",
        )
    return line


def _loose(found: Found, name: str) -> str | None:
    if not _NAME.fullmatch(name):
        return None
    place = found.git if name.startswith(_OF_A_WORKTREE) else found.common
    return None if (place / name).is_dir() else read_line(place / name)


def _walk(found: Found) -> Iterator[tuple[str, str]]:
    """The files below refs/, which are few: git packs what it clones."""
    folder = os.fspath(found.common / "refs")
    count = 0
    for place, folders, names in os.walk(folder):
        relative = "refs" + place[len(folder) :].replace(os.sep, "/")
        folders[:] = [each for each in folders if f"{relative}/{each}/" not in _OF_A_WORKTREE]
        for each in names:
            count += 1
            if count > _MOST_LOOSE:
                raise RepositoryFault(found.shown, f"has more than {_MOST_LOOSE:,} unpacked refs: git pack-refs --all")
            name = f"{relative}/{each}"
            content = _loose(found, name)
            if content is not None:
                yield name, content


def _packed(found: Found) -> Mapping[str, str]:
    content = read_plain(found.common / "packed-refs", _LARGEST_PACKED) or b""
    lines = (line.partition(" ") for line in os.fsdecode(content).split("\n") if line[:1] not in ("#", "^", ""))
    return {name: hash_ for hash_, _, name in lines if _NAME.fullmatch(name)}


def _hash(content: str) -> str | None:
    word = content.strip()
    return word if HASH.fullmatch(word) else None


def packed_text(refs: Mapping[str, str]) -> bytes:
    """Such refs as git's own file `packed-refs` has them."""
    return b"".join(os.fsencode(f"{hash_} {name}\n") for name, hash_ in sorted(refs.items()))
