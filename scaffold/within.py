"""A folder of the user's that is written into one part of a path at a time, never through a symbolic link.

Whatever was checked before, a link may have been put in place since. Where the system opens relative to a folder that
is held open (everywhere but on Windows), no link is ever followed; there, each part is looked at just before.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

_HOLDS = {os.open, os.mkdir, os.rename, os.unlink, os.rmdir, os.stat} <= os.supports_dir_fd
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Within:
    """A folder that is held open. Every method raises OSError where a link or a file stands in the way."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def replace(self, source: Path, path: PurePosixPath) -> None:
        """Move a file to `path`, in place of what is there, and make the folders that it needs."""
        with self._parent(path, make=True) as (folder, name):
            os.replace(source, name, dst_dir_fd=folder)

    def copy_out(self, path: PurePosixPath, target: Path) -> None:
        """Copy a file with its mode and times."""
        with self._parent(path) as (folder, name):
            number = os.open(name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0), dir_fd=folder)
            with open(number, "rb") as opened, target.open("wb") as copy:  # noqa: PTH123  # a descriptor
                status = os.fstat(number)
                shutil.copyfileobj(opened, copy)
            target.chmod(stat.S_IMODE(status.st_mode))
            os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))

    def create(self, path: PurePosixPath, content: bytes, mode: int) -> None:
        """Write a new file, whose folder is there, and wait until it is on the disk."""
        with self._parent(path) as (folder, name):
            number = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, mode, dir_fd=folder)
            with open(number, "wb") as opened:  # noqa: PTH123  # a descriptor
                opened.write(content)
                opened.flush()
                os.fsync(number)

    def move(self, path: PurePosixPath, target: PurePosixPath) -> None:
        """Rename a file within its folder, in place of what is there."""
        with self._parent(path) as (folder, name):
            os.replace(name, Path(name).with_name(target.name), src_dir_fd=folder, dst_dir_fd=folder)
            if folder is not None:
                os.fsync(folder)

    def mode(self, path: PurePosixPath) -> int:
        """Its permissions."""
        with self._parent(path) as (folder, name):
            return stat.S_IMODE(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)

    def unlink(self, path: PurePosixPath) -> None:
        """Remove a file, if it is there."""
        with self._parent(path) as (folder, name), suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)

    def rmdir(self, path: PurePosixPath) -> None:
        """Remove an empty folder."""
        with self._parent(path) as (folder, name):
            os.rmdir(name, dir_fd=folder)

    @contextmanager
    def _parent(self, path: PurePosixPath, *, make: bool = False) -> Iterator[tuple[int | None, str]]:
        """The folder of `path`, open, and what to call it in there."""
        if not _HOLDS:
            yield None, str(self._looked_at(path, make=make))
            return
        folder = os.open(self._root, _FOLDER)
        try:
            for part in path.parts[:-1]:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(part, dir_fd=folder)
                inner = os.open(part, _FOLDER, dir_fd=folder)
                os.close(folder)
                folder = inner
            yield folder, path.name
        finally:
            os.close(folder)

    def _looked_at(self, path: PurePosixPath, *, make: bool) -> Path:
        folder = self._root
        for part in (".", *path.parts[:-1]):
            folder /= part
            if folder.is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(folder))
            if make:
                folder.mkdir(exist_ok=True)
        return folder / path.name
