"""Whether what an update writes has room.

A file may become a folder, and a folder a file, where nothing of anybody's is in the way.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path, PurePosixPath

    from scaffold.life.merge import Change


def check_room(root: Path, changes: Mapping[PurePosixPath, Change]) -> None:
    """Refuse an update that would have to put something where something else is.

    Raises:
        Refused: A file or a link stands where a folder has to be, or a folder where a file has to be, and something of
            it stays.
    """
    gone = {path for path, change in changes.items() if change.before is not None and change.after is None}
    for path, change in changes.items():
        _check_parents(root, path, gone)
        if change.is_real or change.before is None:  # what seems to be deleted may be something else now
            _check_place(root, change, gone)


def _check_parents(root: Path, path: PurePosixPath, gone: Collection[PurePosixPath]) -> None:
    for parent in reversed(path.parents[:-1]):
        mode = _mode(root / parent)
        if mode is None or stat.S_ISDIR(mode):
            continue
        if parent not in gone:
            raise Refused(root / parent, f"is {_what(mode)} where {path} needs a folder: move it away first")
        return


def _check_place(root: Path, change: Change, gone: Collection[PurePosixPath]) -> None:
    path = change.path
    mode = _mode(root / path)
    if mode is None or stat.S_ISREG(mode) or stat.S_ISLNK(mode):
        return
    if not stat.S_ISDIR(mode):
        raise Refused(root / path, "is no plain file: move it away first")
    left = next((found for found in _files(root, path) if found not in gone), None)
    makes_room = any(path in other.parents for other in gone)  # else it is the user's, though nothing is in it
    if left is not None or not makes_room or not change.is_real:
        what = path if left is None else left
        raise Refused(root / path, f"is a folder where the template has a file: move {what} away first")


def _mode(place: Path) -> int | None:
    try:
        return place.lstat().st_mode
    except OSError:
        return None


def _what(mode: int) -> str:
    return "a link" if stat.S_ISLNK(mode) else "a file"


def _files(root: Path, folder: PurePosixPath) -> Iterator[PurePosixPath]:
    try:
        for entry in reading.entries(root / folder):
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _files(root, path)
            else:
                yield path
    except reading.Unreadable as error:
        raise Refused(root / folder, f"cannot be looked through ({error.reason}): move it away first") from error
