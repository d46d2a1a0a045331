"""A directory that is read and written one part of a path at a time, never through a symbolic link.

Whatever was checked before, a link may have been put in place since. Where the system opens relative to a directory
that is held open (everywhere but on Windows), no link is ever followed; there, each part is looked at just before.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_HOLDS = {os.open, os.mkdir, os.rename, os.unlink, os.rmdir, os.stat} <= os.supports_dir_fd
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_PERMISSIONS = 0o777

LINK: Final = stat.S_IFLNK
"""The mode of a symbolic link, as git has it; its content is what it names."""

SYNCS_BY_NAME: Final = _HOLDS
"""Whether a file can be brought down to the disk after it was closed; Windows wants it open for writing."""

LARGEST_FILE = 100 << 20
"""Bytes of a file that is replaced or removed, since its content is kept for `scaffold undo`."""


@dataclass(frozen=True)
class Content:
    """What a plain file holds, its permissions, and whose it is; or what a symbolic link names."""

    data: bytes
    mode: int
    """Without set-user-ID and set-group-ID: the file that is made of it may belong to another user. LINK for a link."""
    owner: tuple[int, int]
    """User and group."""

    @property
    def is_program(self) -> bool:
        """Whether its owner may run it."""
        return self.mode != LINK and bool(self.mode & stat.S_IXUSR)


class Directory:
    """A directory that is held open. Every method raises OSError where a link or a file stands in the way."""

    def __init__(self, number: int | None, path: str) -> None:
        self._number = number
        """A descriptor; None on Windows, where `path` stands for it."""
        self._path = path

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[Directory]:
        """The directory at this path, which must be none of somebody else's choice: links on the way are followed."""
        directory = cls(os.open(path, _DIRECTORY) if _HOLDS else None, str(path))
        try:
            if not directory.is_directory(""):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
            yield directory
        finally:
            directory.close()

    def close(self) -> None:
        """Let go of it."""
        if self._number is not None:
            os.close(self._number)

    @property
    def descriptor(self) -> int | None:
        """For locks; None on Windows."""
        return self._number

    @contextmanager
    def inside(self, path: str, *, make: bool = False) -> Iterator[tuple[Directory, str]]:
        """The directory that `path` is in, opened part by part and made where it is missing, and the last part."""
        *parents, name = path.split("/")
        directory = Directory(os.dup(self._number) if self._number is not None else None, self._path)
        try:
            for part in parents:
                if make:
                    directory.make(part)
                inner = directory._inner(part)
                directory.close()
                directory = inner
            yield directory, name
        finally:
            directory.close()

    @contextmanager
    def directory(self, path: str) -> Iterator[Directory]:
        """A directory somewhere below this one."""
        with self.inside(f"{path}/.") as (directory, _):
            yield directory

    def _inner(self, part: str) -> Directory:
        path = os.path.join(self._path, part)  # noqa: PTH118  # names may be of any form
        if self._number is not None:
            return Directory(os.open(part, _DIRECTORY, dir_fd=self._number), path)
        if not self.is_directory(part):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        return Directory(None, path)

    def _at(self, name: str) -> str:
        return name if self._number is not None else os.path.join(self._path, name)  # noqa: PTH118  # as above

    # --- looking ----------------------------------------------------------------------------------------------------

    def status(self, name: str = "") -> os.stat_result:
        """Of what stands at a name, never of what a link leads to; without a name, of the directory itself."""
        if not name and self._number is not None:
            return os.fstat(self._number)
        return os.stat(self._at(name), dir_fd=self._number, follow_symlinks=False)

    def is_directory(self, name: str) -> bool:
        """Whether a directory stands there, and not a link to one."""
        with suppress(OSError):
            return stat.S_ISDIR(self.status(name).st_mode)
        return False

    def exists(self, name: str) -> bool:
        """Whether anything stands there."""
        try:
            self.status(name)
        except FileNotFoundError:
            return False
        return True

    def names(self, most: int = 100_000) -> Sequence[str]:
        """What the directory holds, or as much of it."""
        found: list[str] = []
        with os.scandir(self._number if self._number is not None else self._path) as entries:
            for entry in entries:
                if len(found) == most:
                    break
                found.append(entry.name)
        return found

    def read(self, name: str, most: int = LARGEST_FILE) -> Content | None:
        """The content of a plain file; None where nothing stands.

        Raises:
            OSError: Something else stands there, or more than `most` bytes.
        """
        try:
            number = os.open(self._at(name), _READ, dir_fd=self._number)
        except FileNotFoundError:
            return None
        with open(number, "rb") as file:  # noqa: PTH123  # a descriptor
            found = os.fstat(number)
            if not stat.S_ISREG(found.st_mode):
                raise OSError(errno.EINVAL, "not a plain file", name)
            data = b"" if found.st_size > most else file.read(most + 1)
            if max(len(data), found.st_size) > most:
                raise OSError(errno.EFBIG, f"larger than {most >> 20} MiB", name)
            return Content(data, found.st_mode & _PERMISSIONS, (found.st_uid, found.st_gid))

    def look(self, name: str) -> Content | None:
        """The content of a plain file, or what a symbolic link names, which is not followed; None where nothing stands.

        Raises:
            OSError: As for `read`, but for a link.
        """
        try:
            return self.read(name)
        except OSError:
            try:
                target = os.readlink(self._at(name), dir_fd=self._number)
                status = self.status(name)
            except OSError:
                target = None
            if target is None:
                raise
            return Content(os.fsencode(target), LINK, (status.st_uid, status.st_gid))

    # --- changing ---------------------------------------------------------------------------------------------------

    def make(self, name: str, mode: int = 0o777) -> None:
        """Make a directory, if it is not there."""
        with suppress(FileExistsError):
            os.mkdir(self._at(name), mode, dir_fd=self._number)

    def write_new(  # noqa: PLR0913  # each says something else about the file
        self,
        name: str,
        data: bytes,
        *,
        mode: int | None = None,
        executable: bool = False,
        like: Content | None = None,
        sync: bool = True,
    ) -> None:
        """Write a file that was not there.

        Args:
            name: What it is called.
            data: What it holds.
            mode: Its permissions; by default those of any new file. LINK makes a symbolic link.
            executable: Add the permission to run it for whoever may read it.
            like: The file that it replaces, whose owner it gets, and by default its permissions.
            sync: Whether it is on the disk when this returns; else `sync_content` has to follow.
        """
        like = None if like is not None and like.mode == LINK else like
        if mode == LINK:
            os.symlink(os.fsdecode(data), self._at(name), dir_fd=self._number)
            return
        number = os.open(self._at(name), _NEW, 0o666 if mode is None else mode, dir_fd=self._number)
        with open(number, "wb") as file:  # noqa: PTH123  # a descriptor
            file.write(data)
            file.flush()
            own = os.fstat(number).st_mode & _PERMISSIONS
            wanted = mode if mode is not None else own if like is None else like.mode
            wanted = (wanted | (wanted & 0o444) >> 2 if executable else wanted) & _PERMISSIONS
            if like is not None and hasattr(os, "fchown") and like.owner != (os.getuid(), os.getgid()):
                with suppress(OSError):  # only root may give files away
                    os.fchown(number, *like.owner)
            if wanted != own and hasattr(os, "fchmod"):  # which Windows has from Python 3.13 on
                os.fchmod(number, wanted)
            if sync:
                os.fsync(number)

    def move_new(self, name: str, other: Directory, new: str) -> None:
        """Move something to a name in `other` that is free.

        Raises:
            FileExistsError: It is not.
        """
        if self._rename_with(name, other, new, _NO_REPLACE):
            return
        if not self.is_directory(name) and self._link(name, other, new):
            self.unlink(name)
            return
        if other.exists(new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new)
        self.rename(name, other, new)

    def exchange(self, name: str, other: Directory, new: str) -> None:
        """Each name with the other's file; in one step where the file system can, else by way of `NEW.aside`."""
        if self._rename_with(name, other, new, _EXCHANGE):
            return
        aside = f"{new}.aside"
        with suppress(FileNotFoundError):
            other.unlink(aside)
        if not self._link(name, other, aside):  # then there is a moment in which nothing stands at `name`
            self.rename(name, other, aside)
        other.rename(new, self, name)
        other.rename(aside, other, new)

    def settle(self, name: str, other: Directory, new: str) -> None:
        """Bring an exchange that a kill may have cut off to its beginning or its end."""
        aside = f"{new}.aside"
        if not other.exists(aside):
            return
        if not self.exists(name):
            other.move_new(aside, self, name)
        elif other.exists(new):
            other.unlink(aside)
        else:
            other.rename(aside, other, new)

    def _link(self, name: str, other: Directory, new: str) -> bool:
        """Give a file a second name; False where the file system knows no hard links."""
        where = {} if self._number is None else {"src_dir_fd": self._number, "dst_dir_fd": other._number}
        try:
            os.link(self._at(name), other._at(new), follow_symlinks=False, **where)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError) as error:
            if getattr(error, "errno", None) in (*_UNKNOWN, errno.EPERM, errno.EMLINK, None):
                return False
            raise
        return True

    def rename(self, name: str, other: Directory, new: str) -> None:
        """Move something, in place of a file that may be there."""
        os.replace(self._at(name), other._at(new), src_dir_fd=self._number, dst_dir_fd=other._number)

    def _rename_with(self, name: str, other: Directory, new: str, flag: int) -> bool:
        """Linux's renameat2; False where that is not to be had."""
        if self._number is None or other._number is None or _renameat2 is None:
            return False
        if _renameat2(self._number, os.fsencode(name), other._number, os.fsencode(new), flag) == 0:
            return True
        number = ctypes.get_errno()
        if number in _UNKNOWN:
            return False
        raise OSError(number, os.strerror(number), new)

    def unlink(self, name: str) -> None:
        """Remove a file."""
        os.unlink(self._at(name), dir_fd=self._number)

    def rmdir(self, name: str) -> None:
        """Remove an empty directory."""
        os.rmdir(self._at(name), dir_fd=self._number)

    def sync(self) -> None:
        """Bring the names in this directory down to the disk."""
        if self._number is not None:
            with suppress(OSError):  # a file system that cannot do this for a directory
                os.fsync(self._number)

    def sync_content(self, name: str) -> None:
        """Bring a file down to the disk."""
        number = os.open(self._at(name), _READ, dir_fd=self._number)
        try:
            os.fsync(number)
        finally:
            os.close(number)

    def sync_file(self, name: str) -> None:
        """Bring a file that somebody else wrote down to the disk, if it is one."""
        with suppress(OSError):
            self.sync_content(name)

    def remove_tree(self, name: str) -> None:
        """Remove a directory with all that it holds, as far as that can be done; links are removed, not followed."""
        pending, seen = [name], set[str]()
        while pending:
            path = pending[-1]
            inner = [] if path in seen else self._empty(path)
            seen.add(path)
            pending += inner
            if not inner:
                with suppress(OSError), self.inside(path) as (parent, last):
                    parent.rmdir(last)
                pending.pop()

    def _empty(self, path: str) -> Sequence[str]:
        """Remove the files of a directory; the paths of the directories in it."""
        inner: list[str] = []
        with suppress(OSError), self.directory(path) as directory:
            for name in directory.names():
                if directory.is_directory(name):
                    inner.append(f"{path}/{name}")
                else:
                    with suppress(OSError):
                        directory.unlink(name)
        return inner


_NO_REPLACE, _EXCHANGE = 1, 2
_UNKNOWN = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)  # what a file system answers that does not know such a call
_renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
