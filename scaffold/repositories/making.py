"""Making a git repository of a project that was just written."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from scaffold.errors import NoRepository, Refused, RepositoryFault
from scaffold.git import git, own_environment
from scaffold.repositories.found import find
from scaffold.repositories.user import identity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def is_in_repository(folder: Path) -> bool:
    """Whether a repository has this folder in its work tree already, be it one that cannot be used."""
    try:
        find(folder)
    except RepositoryFault:
        return True
    except NoRepository:
        return False
    return True


def can_begin(dest: Path) -> bool:
    """Whether a repository could be made at a place that may still be to be made: there is git, and none around it."""
    nearest = next((place for place in (dest.absolute(), *dest.absolute().parents) if place.is_dir()), None)
    return nearest is not None and shutil.which("git") is not None and not is_in_repository(nearest)


def begin(folder: Path) -> None:
    """Make it a repository with nothing committed."""
    git("init", "--quiet", "--initial-branch=main", cwd=folder)


def commit_all(folder: Path, message: str, author: Mapping[str, str], *, ignored: bool = False) -> None:
    """Commit everything as an author, also what is `ignored` if that is wanted."""
    git("add", "--all", *(["--force"] if ignored else []), cwd=folder)
    git("commit", "--quiet", "--message", message, cwd=folder, env=own_environment() | dict(author))


def begin_with(folder: Path, message: str) -> str:
    """Make a repository and commit all that is there; a line on what came of it.

    What can go wrong stops nothing: the project is written by then.
    """
    if is_in_repository(folder):
        return "It is in a git repository already: commit it there."
    author = identity(folder)
    try:
        begin(folder)
        if not {"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"} <= author.keys():
            return "It is a git repository now; nothing is committed, since git does not know your name and email."
        commit_all(folder, message, author)
    except Refused as error:
        return f"It did not become a git repository: {error}"
    return "It is a git repository with one commit."
