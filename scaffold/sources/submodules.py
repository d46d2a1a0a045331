"""The files of a commit together with those of its submodules, as `git submodule update --recursive` has them.

Of `.gitmodules` two things count, path and url; it is read as an object, so nothing that it or any other file sets is
ever a setting of git's. Each submodule is exactly the commit that its parent names, comes into a repository of our own,
and is written from there as its parent is (docs/adr/0009).
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import GitFailed, Refused
from scaffold.plan import is_empty
from scaffold.portable import is_git
from scaffold.sources.addresses import BadAddress, submodule_location, without_password
from scaffold.sources.errors import BadSource, Unreachable
from scaffold.sources.listing import Budget
from scaffold.sources.repository import Repository
from scaffold.text import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.sources.listing import Listing

_DEEPEST = 5
_LARGEST_LIST = 100_000  # bytes of .gitmodules


def export(repository: Repository, commit: str, folder: Path) -> None:
    """Write the files of a commit into an empty folder, and those of its submodules to where they belong.

    Raises:
        BadSource: They are too large for a template.
        Refused: Some are missing, or have names that git writes nowhere; or a submodule cannot be fetched, or has no
            place.
    """
    _export(repository, commit, folder, Budget(), depth=0)


def _export(repository: Repository, commit: str, folder: Path, budget: Budget, depth: int) -> None:
    found = repository.write(commit, folder, budget)
    if not found.submodules:
        return
    if depth == _DEEPEST:
        raise BadSource(repository.shown, f"has submodules in more than {_DEEPEST} levels")
    addresses = _addresses(repository, found)
    for path, wanted in found.submodules.items():
        place = _empty_place(repository, folder, path)
        module = _located(repository, path, addresses.get(path), budget)
        try:
            there = module.obtain(wanted)
        except (GitFailed, Unreachable) as error:
            raise _fault(repository, path, str(error)) from error
        if not there:
            reason = f"{module.shown} has no commit {wanted}: it was never pushed, or is gone"
            raise _fault(repository, path, reason)
        _export(module, wanted, place, budget, depth + 1)


def _fault(repository: Repository, path: str, reason: str) -> Refused:
    return Refused(f"submodule {one_line(path)} of {repository.shown}:", one_line(reason, 600))


def _addresses(repository: Repository, found: Listing) -> dict[str, str]:
    """The url that `.gitmodules` has for each path."""
    if found.gitmodules is None:
        return {}
    try:
        if found.gitmodules.size > _LARGEST_LIST:
            raise _fault(repository, ".gitmodules", "is too large")
        settings = repository.settings_in(found.gitmodules)
    except GitFailed as error:
        raise _fault(repository, ".gitmodules", str(error)) from error
    modules: dict[str, dict[str, str]] = {}
    for key, value in settings:
        section, _, rest = key.partition(".")
        name, _, variable = rest.rpartition(".")
        if section == "submodule" and variable in ("path", "url"):
            modules.setdefault(name, {})[variable] = value
    for module in modules.values():
        _refuse_odd(repository, module)
    return {module["path"]: module["url"] for module in modules.values() if len(module) == 2}


def _refuse_odd(repository: Repository, module: dict[str, str]) -> None:
    """What no tree could hold is no mistake, even where nothing comes of it."""
    parts = PurePosixPath(module.get("path", "")).parts
    if module.get("path", "").startswith(("-", "/")) or ".." in parts or any(map(is_git, parts)):
        raise _fault(repository, module["path"], "is no path inside the template")


def _located(repository: Repository, path: str, url: str | None, budget: Budget) -> Repository:
    if url is None:
        raise _fault(repository, path, "has no url in .gitmodules")
    shown = without_password(url)
    try:
        location = submodule_location(url, repository.location)
    except BadAddress as error:
        raise _fault(repository, path, f"{shown} {error}") from error
    own = repository.own / f"submodule-{budget.take_submodule(repository.shown)}"
    own.mkdir()
    return Repository(location, own, without_password(str(location)))


def _empty_place(repository: Repository, folder: Path, path: str) -> Path:
    """The folder that git made for a submodule; a tree may say so of a link, too."""
    place = folder
    for part in PurePosixPath(path).parts:
        place /= part
        if place.is_symlink() or not place.is_dir():
            raise _fault(repository, path, "stands where a file or a symbolic link is")
    if not is_empty(place):
        raise _fault(repository, path, "stands where other files are")
    return place
