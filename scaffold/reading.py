"""Reading what others have filled: one way to read a file and one to list a folder, both with bounds.

Whatever a project, a template or a user names may be a pipe that nobody writes to, a device without end, thirty
gigabytes of nothing, or a folder with a million names. None of them is waited for, and none is read whole.
"""

from __future__ import annotations

import errno
import os
import re
import select
import stat
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_TEXT: Final = 1_000_000  # bytes of a file that a person writes: settings, answers, names
LARGEST_FILE: Final = 20 << 20  # bytes of a generated file: as many as a template may render
MOST_ENTRIES: Final = 100_000  # names in one folder
_LARGEST_TREE = 1 << 30  # bytes of a folder that is copied
_DEEPEST_TREE = 100
_PIPE_SECONDS: Final = 30
_CHUNK = 1 << 16

_OPEN = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
# What a shell calls the far end of `<(...)` and of `|`: open already, so no other process can be hidden behind it.
_STREAM = re.compile(r"/dev/stdin|/dev/fd/[0-9]+|/proc/self/fd/[0-9]+")


class Unreadable(Exception):
    """Something that is not read: why, and the line where one is known. Whoever asked for it says which file it is."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason)


class Absent(Unreadable):
    """There is nothing of that name."""


class TooLarge(Unreadable):
    """It is larger than the limit."""


class Malformed(ValueError):
    """Text that is not of the form that is read: why, and the line where one is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason)


def read_limited(path: Path, most: int = LARGEST_TEXT, *, follow: bool = True) -> bytes:
    """All of a plain file.

    Args:
        path: The file.
        most: The largest size, in bytes.
        follow: Read what a symbolic link names, too; only its last part can be refused.

    Raises:
        Unreadable: It is missing, too large or no plain file, or the system refuses.
    """
    content = read_start(path, most + 1, largest=most, follow=follow)
    if len(content) > most:  # it grew, or has no size of its own, as in /proc
        raise TooLarge(f"is larger than {size(most)}")
    return content


def read_start(path: Path, most: int, *, largest: int | None = None, follow: bool = True) -> bytes:
    """The first bytes of a plain file.

    Args:
        path: The file.
        most: How many, at most.
        largest: The largest size of the whole file, in bytes.
        follow: As for `read_limited`.

    Raises:
        Unreadable: As for `read_limited`.
    """
    try:
        _refuse(
            path.stat(follow_symlinks=follow), largest
        )  # before it is opened: opening alone makes some devices do something
        number = os.open(path, _OPEN if follow else _OPEN | _NO_FOLLOW)
        with open(number, "rb", buffering=0) as file:  # noqa: PTH123  # a descriptor
            _refuse(os.fstat(number), largest)
            return _all_of(file.fileno(), most)
    except (OSError, ValueError) as error:  # the latter where the name holds a NUL
        raise _problem(error) from error


def read_stream(path: Path, most: int = LARGEST_TEXT, seconds: float = _PIPE_SECONDS) -> bytes:
    """All that comes out of a pipe that a shell has opened for us, or of a plain file.

    Args:
        path: What the command line names.
        most: The largest size, in bytes.
        seconds: How long it may take.

    Raises:
        Unreadable: As for `read_limited`, or it does not end in time.
    """
    if not is_stream(path):
        return read_limited(path, most)
    try:
        number = os.open(path, _OPEN)
        try:
            if not stat.S_ISFIFO(os.fstat(number).st_mode):
                return read_limited(path, most)
            return _piped(number, most, seconds)
        finally:
            os.close(number)
    except OSError as error:
        raise _problem(error) from error


def is_stream(path: Path) -> bool:
    """Whether it names what is open already, as `<(...)` and /dev/stdin do: it has no suffix and can be read once."""
    return _STREAM.fullmatch(str(path)) is not None


def text_of(raw: bytes) -> str:
    """The text that bytes hold: UTF-8, with or without a mark at its beginning.

    Raises:
        Unreadable: It is not UTF-8; with the line.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8", error.object.count(b"\n", 0, error.start) + 1) from error


def read_text(path: Path, most: int = LARGEST_TEXT, *, follow: bool = True) -> str:
    """The text of a plain file.

    Raises:
        Unreadable: As for `read_limited` and `text_of`.
    """
    return text_of(read_limited(path, most, follow=follow))


def listed(folder: Path, most: int = MOST_ENTRIES) -> list[os.DirEntry[str]]:
    """What a folder holds, by name.

    Raises:
        Unreadable: It holds more than `most`, or cannot be listed.
    """
    return sorted(entries(folder, most), key=lambda entry: entry.name)


def entries(folder: Path, most: int = MOST_ENTRIES) -> Iterator[os.DirEntry[str]]:
    """The same as it comes, one at a time.

    Raises:
        Unreadable: As for `listed`.
    """
    try:
        with os.scandir(folder) as found:
            for number, entry in enumerate(found):
                if number == most:
                    raise TooLarge(f"holds more than {most:,} files and folders")
                yield entry
    except OSError as error:
        raise _problem(error) from error


def refuse_excess(root: Path, *, without: str) -> None:
    """Refuse to copy a folder that is no template's, or holds what cannot be copied.

    Args:
        root: The folder.
        without: The name of folders that are left out.

    Raises:
        Unreadable: It holds too many files, too much or too deep, or what is neither file, folder nor link.
    """
    waiting = [("", 0)]
    most, left = MOST_ENTRIES, _LARGEST_TREE
    while waiting:
        inside, depth = waiting.pop()
        if depth > _DEEPEST_TREE:
            raise Unreadable(f"it has folders more than {_DEEPEST_TREE} deep")
        for entry in entries(root / inside, most):
            most -= 1
            status = entry.stat(follow_symlinks=False)
            path = f"{inside}/{entry.name}" if inside else entry.name
            if stat.S_ISDIR(status.st_mode):
                waiting += [(path, depth + 1)] if entry.name != without else []
            elif stat.S_ISREG(status.st_mode):
                if status.st_size > _LARGEST_TREE:
                    raise TooLarge(f"{path[:200]} is larger than {size(_LARGEST_TREE)}")
                left -= status.st_size
            elif not stat.S_ISLNK(status.st_mode):
                raise Unreadable(f"{path[:200]} is {kind(status.st_mode)}, not a file")
        if most < 0 or left < 0:
            raise TooLarge(f"it holds more than {MOST_ENTRIES:,} files or {size(_LARGEST_TREE)}")


def size(number: int) -> str:
    """A number of bytes for a sentence."""
    return "a megabyte" if number == LARGEST_TEXT else f"{number / (1 << 20):.3g} MiB"


def kind(mode: int) -> str:
    """What something is that is no plain file."""
    kinds = {
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a symbolic link",
    }
    return kinds.get(stat.S_IFMT(mode), "no plain file")


def _refuse(status: os.stat_result, largest: int | None) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(f"is {kind(status.st_mode)}, not a file")
    if largest is not None and status.st_size > largest:
        raise TooLarge(f"is larger than {size(largest)}")


def _all_of(number: int, most: int) -> bytes:
    chunks: list[bytes] = []
    while most > 0 and (chunk := os.read(number, min(most, 1 << 20))):
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)


def _piped(number: int, most: int, seconds: float) -> bytes:
    ends = time.monotonic() + seconds
    content = b""
    while True:
        ready, _, _ = select.select([number], [], [], max(0.0, ends - time.monotonic()))
        if not ready:
            raise Unreadable(f"is a pipe that does not end within {seconds:g} seconds")
        chunk = os.read(number, _CHUNK)
        if not chunk:
            return content
        content += chunk
        if len(content) > most:
            raise TooLarge(f"is larger than {size(most)}")


def _problem(error: OSError | ValueError) -> Unreadable:
    if not isinstance(error, OSError):
        return Unreadable("has a name that no file can have")
    reason = error.strerror or str(error)
    missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
    return Absent(reason) if missing else Unreadable(reason)
