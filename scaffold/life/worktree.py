"""Whether the user's own version control could take a change back."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import GitFailed, NotUndoable
from scaffold.git import git, looking_environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SAFE = "or --allow-dirty; scaffold undo can take it back then"


def check_clean(root: Path, touched: Iterable[PurePosixPath]) -> None:
    """Make sure that all is committed, or at least what will be touched.

    Args:
        root: A project in a git repository.
        touched: The files that will be changed, relative to it.

    Raises:
        NotUndoable: There is no repository, git cannot read it, or changes are not committed.
    """
    try:
        _, prefix = git("rev-parse", "--show-prefix", cwd=root, env=looking_environment())
        entries = list(_status(root, os.fsdecode(prefix).rstrip("\n")))
    except GitFailed as error:
        if "not a git repository" in error.output:
            raise NotUndoable(root, "is in no git repository", f"run git init and commit it first, {_SAFE}") from error
        raise NotUndoable(root, f"is in a repository that git cannot read ({error})", f"mend that, {_SAFE}") from error
    wanted = set(touched)
    dirty = [str(path) for code, path in entries if code != "??" or path in wanted]
    if dirty:
        shown = ", ".join(dirty[:3]) + (f" and {len(dirty) - 3} more" if len(dirty) > 3 else "")
        raise NotUndoable(root, f"has changes that are not committed ({shown!a})", f"commit or stash them, {_SAFE}")


def tracked(root: Path) -> list[PurePosixPath]:
    """The files below `root` that the repository knows, relative to it.

    Raises:
        NotUndoable: There is no repository that git can read.
    """
    try:
        _, output = git("ls-files", "-z", "--cached", cwd=root, env=looking_environment())
    except GitFailed as error:
        raise NotUndoable(
            root, f"is in no repository that git can read ({error})", "run git init and commit"
        ) from error
    return [PurePosixPath(name) for name in os.fsdecode(output).split("\0") if name]


def programs(root: Path, paths: Iterable[PurePosixPath]) -> frozenset[PurePosixPath]:
    """Those of the files that can be run."""
    return frozenset(path for path in paths if os.access(root / path, os.X_OK))


def _status(root: Path, prefix: str) -> Iterator[tuple[str, PurePosixPath]]:
    """Each change below `root`: git's two letters and the path. Submodules are projects of their own."""
    options = ("--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=all")
    _, output = git("status", *options, "--", ".", cwd=root, env=looking_environment())
    fields = iter(os.fsdecode(output).split("\0"))
    for field in fields:
        if field:
            yield field[:2], PurePosixPath(field[3:].removeprefix(prefix))
            if "R" in field[:2] or "C" in field[:2]:
                next(fields)  # where it was renamed from
