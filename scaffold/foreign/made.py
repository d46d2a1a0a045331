"""Repositories that the tasks of a trusted template made: they are for the user to keep."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.errors import TemplateFault
from scaffold.foreign import tree
from scaffold.removal import remove_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scaffold.foreign.checkout import Limits

_LONGEST = 4096  # bytes of a path
GIT = ".git"
_OF_A_SUBMODULE = b"gitdir: ../"  # what its `.git` holds: the way to its place in the repository around it


def take(out: Path, limits: Limits, say: Callable[[str], None]) -> tuple[tree.Entry, ...]:
    """What is in the `.git` at the top of a private folder, which nobody changes any more.

    Of those below, the files of submodules stay where they are. What cannot be moved from here is removed, and said.
    """
    for place in _below(out):
        if not _is_of_submodule(place):
            _lose(place, out, say, "it is not that of a submodule")
    top = out / GIT
    if not os.path.lexists(top):
        return ()
    if not top.is_dir() or top.is_symlink():
        _lose(top, out, say, "it leads to a repository elsewhere")
        return ()
    try:
        return tuple(tree.read(top, limits, rendered=False))
    except TemplateFault as error:
        _lose(top, out, say, str(error))
        return ()


def _below(out: Path) -> Iterator[Path]:
    """Every `.git` but the one at the top."""
    for folder, folders, names in os.walk(out):
        folders.sort()
        if GIT in (*folders, *names) and Path(folder) != out:
            yield Path(folder, GIT)
        if GIT in folders:
            folders.remove(GIT)


def _is_of_submodule(place: Path) -> bool:
    try:
        return reading.read_limited(place, _LONGEST, follow=False).startswith(_OF_A_SUBMODULE)
    except (reading.Unreadable, OSError):
        return False


def _lose(place: Path, out: Path, say: Callable[[str], None], reason: str) -> None:
    say(f"{place.relative_to(out)}, which a task made, is left out ({reason})")
    if place.is_dir() and not place.is_symlink():
        remove_tree(place)
    else:
        place.unlink()
