"""Removing a folder that somebody else has filled, however deep it is and whatever its modes are."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import GitFailed, Refused, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_HOLDS = {os.open, os.rename, os.unlink, os.rmdir, os.stat, os.chmod} <= os.supports_dir_fd


@contextmanager
def temporary_folder(prefix: str, inside: Path | None = None) -> Iterator[Path]:
    """A private folder, as long as it is needed; what cannot be removed then, stays.

    Args:
        prefix: What its name begins with.
        inside: Where it is made; by default where temporary files are.

    Raises:
        Refused: The disk that it is on is full.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=inside)).resolve()
    try:
        with room_is_needed(folder):
            yield folder
    finally:
        remove_tree(folder)


@contextmanager
def room_is_needed(folder: Path) -> Iterator[None]:
    """Name the folder for temporary files where its disk is full: the system, and git, often name nothing.

    Raises:
        Refused: It is.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL or not _lies_in(folder, error.filename):
            raise
        raise _full(folder.parent) from error
    except GitFailed as error:
        if os.strerror(errno.ENOSPC) not in str(error) and not _is_full(folder):
            raise
        raise _full(folder.parent) from error


def _full(folder: Path) -> Refused:
    return Refused(
        f"no space is left for temporary files in {shown_path(folder)}:",
        "make room there, or set TMPDIR to a folder on another disk",
    )


def _lies_in(folder: Path, name: object) -> bool:
    """Whether an error is about a file in the folder, or about one without a name."""
    return name is None or (isinstance(name, (str, bytes)) and os.fsdecode(name).startswith(str(folder)))


def _is_full(folder: Path) -> bool:
    with suppress(OSError, AttributeError):  # Windows knows no such call
        found = os.statvfs(folder)
        return found.f_bavail == 0 or (found.f_files > 0 and found.f_favail == 0)
    return False


def remove_tree(root: Path) -> None:
    """Remove a folder with all that is in it, as far as the system lets us. Links are removed and never followed.

    `shutil.rmtree` calls itself for every level (until Python 3.12) and holds a descriptor open for each, so that a
    few thousand folders in one another end it. Here every folder is moved to the top before it is emptied.
    """
    if not _HOLDS:  # Windows, whose paths cannot be that long
        shutil.rmtree(root, ignore_errors=True)
        return
    with suppress(OSError):
        root.chmod(stat.S_IRWXU)
        top = os.open(root, _FOLDER)
        try:
            _empty(top)
        finally:
            os.close(top)
        root.rmdir()


def _empty(top: int) -> None:
    names = map(f".{os.urandom(8).hex()}-{{}}".format, itertools.count())  # which nobody in there can have guessed
    waiting = _folders_left(top, top, names)
    while waiting:
        name = waiting.pop()
        with suppress(OSError):
            folder = os.open(name, _FOLDER, dir_fd=top)
            try:
                waiting += _folders_left(folder, top, names)
            finally:
                os.close(folder)
            os.rmdir(name, dir_fd=top)


def _folders_left(folder: int, top: int, names: Iterator[str]) -> list[str]:
    """Remove the files of an open folder, and move its folders to the top; their names there."""
    moved: list[str] = []
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        with suppress(OSError):
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.name, dir_fd=folder)
                continue
            # A folder can be moved only by somebody who may write to it: its entry `..` changes.
            os.chmod(entry.name, stat.S_IRWXU, dir_fd=folder)
            name = next(names)
            os.rename(entry.name, name, src_dir_fd=folder, dst_dir_fd=top)
            moved.append(name)
    return moved
