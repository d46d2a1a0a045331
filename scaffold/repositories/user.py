"""Who the user is, as their own configuration has it: never as that of a repository that they stand in."""

from __future__ import annotations

import os
from pathlib import Path

from scaffold.errors import NoRepository, Refused, RepositoryFault
from scaffold.repositories.found import find
from scaffold.repositories.settings import conditional_includes, user_settings

_LONGEST = 1000  # characters
_ABOUT_THEM = ("user.name", "user.email", "init.defaultbranch")


def identity(place: Path) -> dict[str, str]:
    """The author and committer of what is made in `place`, as git's environment variables; empty where git knows none.

    Said by those variables themselves, else by the configuration of the user and the machine, with what that includes
    for this place.
    """
    try:
        settings = user_settings(_git_folder(place))
    except Refused:
        settings = {}
    found: dict[str, str] = {}
    for role in ("author", "committer"):
        for part in ("name", "email"):
            variable = f"GIT_{role.upper()}_{part.upper()}"
            said = os.environ.get(variable) or settings.get(f"{role}.{part}") or settings.get(f"user.{part}") or ""
            if said.strip():
                found[variable] = said.strip()[:_LONGEST]
    return found


def only_here(place: Path, elsewhere: Path) -> dict[str, str]:
    """What the user set about themselves for repositories in `place`, where that does not hold in `elsewhere`.

    Their configuration may include others by folder (`includeIf`), such as another address for all that is at work.
    """
    here, there = _git_folder(place), _git_folder(elsewhere)
    try:
        if conditional_includes(here) == conditional_includes(there):
            return {}
        said, said_there = user_settings(here), user_settings(there)
    except Refused:
        return {}
    return {key: said[key] for key in _ABOUT_THEM if key in said and said_there.get(key) != said[key]}


def _git_folder(place: Path) -> Path:
    """Where the git folder is, or would be: conditions of the user's configuration are about that."""
    try:
        return find(place).git
    except (NoRepository, RepositoryFault):
        return Path(os.path.realpath(place), ".git")
    except OSError:  # the current folder is gone
        return Path(os.sep)
