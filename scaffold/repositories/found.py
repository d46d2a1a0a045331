"""Where a repository lies, and its small files, read as plain data: nothing here starts a process.

Followed are the `.git` file of a linked worktree or a submodule, its `commondir`, and symbolic links; each only leads
to data that is read. Not followed is `core.worktree`: the work tree is the folder that holds `.git`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from scaffold.errors import NoRepository, RepositoryFault

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 16 << 10  # bytes of a `.git` file, `commondir`, HEAD or ref; git writes some hundred
_OPENING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_HEAD = re.compile(r"ref:\s*refs/|[0-9a-f]{40}")


@dataclass(frozen=True)
class Found:
    """A repository as it lies on the disk."""

    top: Path | None
    """The work tree; None for a bare repository."""
    git: Path
    """The folder with HEAD and the index."""
    common: Path
    """The folder with objects, refs and configuration: another one in a linked worktree."""

    @property
    def shown(self) -> Path:
        """The folder by which users know it."""
        return self.top or self.git


def find(start: Path) -> Found:
    """The repository whose work tree has `start` in it, found as git finds it.

    A bare repository counts for nothing here: a folder of a work tree may look like one.

    Raises:
        NoRepository: There is none.
        RepositoryFault: There is one that cannot be read.
    """
    start = Path(os.path.realpath(start))
    ceilings = os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep)
    device = None
    for folder in (start, *start.parents):
        before, device = device, _device(folder)
        if folder != start and (str(folder) in ceilings or before not in {None, device}):
            break
        if found := _in(folder):
            return found
    raise NoRepository(start)


def at(folder: Path) -> Found | None:
    """The repository that a folder is itself, with a work tree or bare; None where it is none.

    Raises:
        RepositoryFault: It is one that cannot be read.
    """
    folder = Path(os.path.realpath(folder))
    return _in(folder) or (Found(None, folder, folder) if _is_git(folder, folder) else None)


def read_plain(file: Path, longest: int) -> bytes | None:
    """A regular file's content, which may be reached through symbolic links; None where there is none.

    Raises:
        RepositoryFault: It is a pipe, a device or a folder, larger than `longest` bytes, or cannot be read.
    """
    with opened_plain(file, longest) as opened:
        if opened is None:
            return None
        content = opened.read(longest + 1)
    if len(content) > longest:  # it grew
        raise RepositoryFault(file, _too_large(longest))
    return content


def copy_plain(file: Path, target: Path, longest: int) -> bool:
    """Copy a regular file with its time, if there is one; whether there is.

    Raises:
        RepositoryFault: As for `read_plain`.
    """
    with opened_plain(file, longest) as opened:
        if opened is None:
            return False
        status = os.fstat(opened.fileno())
        with target.open("wb") as copy:
            shutil.copyfileobj(opened, copy)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    return True


def owner_note(found: Found) -> str | None:
    """What to say before the user runs git in a repository: git refuses it where somebody else owns it; else None."""
    user = os.geteuid() if hasattr(os, "geteuid") else None
    try:
        owners = {place.stat().st_uid for place in (found.shown, found.git)}
    except OSError:
        return None
    if user is None or owners <= {user}:
        return None
    command = shlex.join(["git", "config", "--global", "--add", "safe.directory", str(found.shown)])
    return f"git itself refuses {str(found.shown)!r}, which belongs to another user; if you trust it: {command}"


@contextmanager
def opened_plain(file: Path, longest: int) -> Iterator[IO[bytes] | None]:
    """A regular file, open for reading; None where there is none.

    Raises:
        RepositoryFault: As for `read_plain`.
    """
    try:
        before = file.stat()  # opening a device may do something already
        number = os.open(file, _OPENING) if stat.S_ISREG(before.st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        yield None
        return
    except (OSError, ValueError) as error:
        raise RepositoryFault(file, f"cannot be read: {getattr(error, 'strerror', error)}") from error
    if number is None:
        raise RepositoryFault(file, "must be a regular file")
    with open(number, "rb") as opened:  # noqa: PTH123  # a descriptor
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            raise RepositoryFault(file, "must be a regular file")
        if status.st_size > longest:
            raise RepositoryFault(file, _too_large(longest))
        yield opened


def read_line(file: Path) -> str | None:
    """The content of one of git's files of one line; None where there is none.

    Raises:
        RepositoryFault: As for `read_plain`.
    """
    content = read_plain(file, _LONGEST)
    return None if content is None else os.fsdecode(content).rstrip("\r\n")


def _in(folder: Path) -> Found | None:
    """The repository of which a folder is the top."""
    entry = folder / ".git"
    try:
        mode = entry.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RepositoryFault(entry, f"cannot be read: {error.strerror}") from error
    if stat.S_ISDIR(mode):
        common = _common(entry)
        return Found(folder, entry, common) if _is_git(entry, common) else None
    line = read_line(entry) or ""
    if not line.startswith("gitdir: "):
        raise RepositoryFault(entry, "must be a folder, or a file with a line that begins with gitdir:")
    place = Path(os.path.realpath(folder / line.removeprefix("gitdir: ").replace("\0", "")))
    common = _common(place)
    if not _is_git(place, common):
        raise RepositoryFault(entry, f"names {str(place)!r}, which is not a git repository")
    return Found(folder, place, common)


def _common(place: Path) -> Path:
    line = read_line(place / "commondir")
    return place if line is None else Path(os.path.realpath(place / line.replace("\0", "")))


def _is_git(place: Path, common: Path) -> bool:
    if not (common / "objects").is_dir() or not (common / "refs").is_dir():
        return False
    head = read_line(place / "HEAD") or ""
    return _HEAD.match(head) is not None


def _device(folder: Path) -> int | None:
    """The file system, at whose border git stops; None where there is no such folder yet."""
    try:
        return folder.stat().st_dev
    except OSError:
        return None


def _too_large(longest: int) -> str:
    return f"is larger than {longest >> 20} MiB" if longest >= 1 << 20 else f"is larger than {longest >> 10} KiB"
