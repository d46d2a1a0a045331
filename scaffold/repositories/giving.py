"""Giving a found repository commits and a branch, without running git in it.

As git does it: a pack appears under its name when it is whole, its index last; a ref is written to its `.lock`, which
only one process can hold, and renamed. Hooks, such as `reference-transaction`, do not run, and the branch's reflog gets
no entry. Nothing is written through a symbolic link, nor anywhere but below the `.git` folder.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from scaffold.errors import RepositoryFault
from scaffold.repositories.refs import read_head, read_refs
from scaffold.writing.nofollow import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scaffold.repositories.borrowed import Borrowed
    from scaffold.repositories.found import Found

_PACKS = "objects/pack"
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
    try:
        with (
            Directory.opened(found.git) as folder,
            folder.inside(branch) as (refs, name),
            _locked(found, refs, branch, commit) as lock,
        ):
            _check(found, branch, before)
            with folder.directory(_PACKS) as packs:
                for pack in sorted((source.own / _PACKS).glob("pack-*.pack")):
                    _put_pack(packs, pack)
            with suppress(OSError):  # a folder that git left empty
                refs.rmdir(name)
            refs.rename(lock, refs, name)
            refs.sync()
    except OSError as error:
        reason = f"cannot be written ({error.filename or found.git}: {error.strerror}); the branch is as it was"
        raise RepositoryFault(found.shown, reason) from error


@contextmanager
def _locked(found: Found, refs: Directory, branch: str, commit: str) -> Iterator[str]:
    """Hold a ref's lock, which has its new value in it already; what the lock is called."""
    lock = f"{branch.rpartition('/')[2]}.lock"
    try:
        refs.write_new(lock, f"{commit}\n".encode())
    except FileExistsError as error:
        place = found.git / f"{branch}.lock"
        reason = f"is being changed by another git, which holds {place}: wait until it has ended"
        raise RepositoryFault(found.shown, reason) from error
    try:
        yield lock
    finally:
        with suppress(FileNotFoundError):
            refs.unlink(lock)


def _check(found: Found, branch: str, before: str | None) -> None:
    refs = read_refs(found)
    if refs.get(branch) != before:
        raise RepositoryFault(found.shown, f"got another {branch} in the meantime: run this again")
    below = next((name for name in refs if name.startswith(f"{branch}/")), None)
    if below is not None:
        raise RepositoryFault(found.shown, f"has the branch {below}, so that there can be no {branch}: rename it first")


def _put_pack(packs: Directory, pack: Path) -> None:
    for suffix in _PARTS:
        part = pack.with_suffix(suffix)
        if not part.exists() or packs.exists(part.name):
            continue
        temporary = f"tmp_{part.name}_{os.getpid()}"  # git gc removes what begins with tmp_
        try:
            packs.write_new(temporary, part.read_bytes(), mode=0o444)
            packs.rename(temporary, packs, part.name)
            packs.sync()
        finally:
            with suppress(FileNotFoundError):
                packs.unlink(temporary)
