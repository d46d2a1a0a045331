"""Giving a found repository commits and a branch, without running git in it.

As git does it: a pack appears under its name when it is whole, its index last; a ref is written to its `.lock`, which
only one process can hold, and renamed. Hooks, such as `reference-transaction`, do not run, and the branch's reflog gets
no entry. Nothing is written through a symbolic link, nor anywhere but below the `.git` folder.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import RepositoryFault
from scaffold.repositories.refs import read_head, read_refs
from scaffold.within import Within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.repositories.borrowed import Borrowed
    from scaffold.repositories.found import Found

_PACKS = PurePosixPath("objects/pack")
_PARTS = (".pack", ".rev", ".idx")  # a pack without an index is not there yet for git


def check_own(found: Found) -> None:
    """Make sure that all of a repository lies in the `.git` folder of its work tree.

    Raises:
        RepositoryFault: It does not, and so is another's as well.
    """
    if found.top is None or found.git != found.top / ".git" or found.git.is_symlink():
        place = found.common.parent if found.common.name == ".git" else found.common
        raise RepositoryFault(found.shown, f"has its repository in {str(found.common)!r}: run this for {str(place)!r}")
    if found.common != found.git:
        raise RepositoryFault(found.shown, f"shares the repository {str(found.common)!r}: run this there")


def checked_out(found: Found) -> Iterator[tuple[Path, str]]:
    """Each work tree of a repository, by its folder, with the branch that it has."""
    if branch := read_head(found).branch:
        yield found.shown, branch
    for place in sorted((found.common / "worktrees").glob("*")):
        with suppress(RepositoryFault):  # git worktree prune removes it
            head = read_head(type(found)(None, place, found.common))
            if head.branch:
                yield place, head.branch


def give(source: Borrowed, branch: str, commit: str, *, before: str | None) -> None:
    """Copy the packs of a repository of our own to the one that it borrows from, and let a branch name a commit.

    Args:
        source: The repository of our own; what it has beyond the other's is in packs.
        branch: The full name.
        commit: The hash.
        before: The hash that the branch has now; None where there is no such branch.

    Raises:
        RepositoryFault: Something was written in between, is in the way, or the file system refuses.
    """
    found = source.found
    check_own(found)
    within = Within(found.git)
    try:
        for pack in sorted((source.own / _PACKS).glob("pack-*.pack")):
            for suffix in _PARTS:
                part = pack.with_suffix(suffix)
                if part.exists() and not (found.git / _PACKS / part.name).exists():
                    _put(within, part.read_bytes(), _PACKS / part.name)
        _set_branch(found, within, branch, commit, before)
    except OSError as error:
        place = error.filename or found.git
        raise RepositoryFault(
            found.shown, f"cannot be written ({place}: {error.strerror}); the branch is as it was"
        ) from error


def _put(within: Within, content: bytes, path: PurePosixPath) -> None:
    temporary = path.with_name(f"tmp_{path.name}_{os.getpid()}")  # git gc removes what begins with tmp_
    try:
        within.create(temporary, content, 0o444)
        within.move(temporary, path)
    finally:
        within.unlink(temporary)


def _set_branch(found: Found, within: Within, branch: str, commit: str, before: str | None) -> None:
    lock, path = PurePosixPath(f"{branch}.lock"), PurePosixPath(branch)
    try:
        within.create(lock, f"{commit}\n".encode(), 0o666)
    except FileExistsError as error:
        held = found.git / lock
        raise RepositoryFault(
            found.shown, f"is being changed by another git, which holds {held}: wait until it has ended"
        ) from error
    try:
        refs = read_refs(found)
        if refs.get(branch) != before:
            raise RepositoryFault(found.shown, f"got another {branch} in the meantime: run this again")
        if below := next((name for name in refs if name.startswith(f"{branch}/")), None):
            raise RepositoryFault(
                found.shown, f"has the branch {below}, so that there can be no {branch}: rename it first"
            )
        with suppress(OSError):  # a folder that git left empty
            within.rmdir(path)
        within.move(lock, path)
    finally:
        within.unlink(lock)
