"""What is written down before anything is changed, in the user's own state folder and nowhere else.

    <state>/journal/<hash of the real path>/
        lock, holder            who is at work in that directory
        new-<nonce>/            a record that is being written
        pending/                a run at work, or one that was killed: it is taken back
        finishing/              all its files are in place; only clearing away is left
        00000001/, 00000002/ …  the steps that `scaffold undo` takes back

Each of these folders holds `record.json` and the former contents of files, by number. Nothing that lies in or beside
the directory itself is ever believed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from scaffold.errors import NoStateFolder
from scaffold.portable import OURS
from scaffold.writing.nofollow import LINK, Directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scaffold.writing.nofollow import Content

PENDING: Final = "pending"
FINISHING: Final = "finishing"
_RECORD = "record.json"
# Nothing of that name, or something that is no record.
_NO_RECORD = (errno.ENOENT, errno.ENOTDIR, errno.EINVAL, errno.ELOOP, errno.EFBIG, errno.ENXIO)
_IDENTIFIED = "record.new"
_VERSION = 1
_STEP = re.compile(r"[0-9]{8}")
_NONCE = re.compile(r"[0-9a-f]{24}")
_LARGEST_RECORD = 32 << 20  # bytes; 10,000 files with paths of 1,000 bytes are half of it
_MOST_STEPS = 10
_MOST_BYTES = 50 << 20  # of the former contents of all steps of a directory
_LONGEST = 90 * 24 * 3600  # seconds that steps are kept
_NEVER = 1e11  # seconds; the year 5138


@dataclass(frozen=True)
class Entry:
    """What a run does to one file."""

    path: str
    before: str | None
    """Hash of what stood there; None where nothing did."""
    after: str | None
    """Hash of what will; None where nothing will."""
    mode: int = 0
    """Permissions of what stood there; LINK for a symbolic link."""

    @property
    def is_link(self) -> bool:
        """Whether a symbolic link stood there."""
        return self.mode == LINK

    def is_before(self, found: Content | None) -> bool:
        """Whether something is what stood there before the run."""
        return digest_of(found) == self.before and (self._has_other_content or self._is_as_executable(found))

    def is_after(self, found: Content | None) -> bool:
        """Whether something is what the run wrote."""
        return digest_of(found) == self.after and (self._has_other_content or not self._is_as_executable(found))

    @property
    def _has_other_content(self) -> bool:
        """Whether the run is about more than whether a file is a program."""
        return self.before != self.after

    def _is_as_executable(self, found: Content | None) -> bool:
        return found is not None and not (found.mode ^ self.mode) & stat.S_IXUSR


@dataclass(frozen=True)
class Record:
    """What a run is about to do."""

    dest: str
    """The real path of the directory."""
    command: str
    nonce: str
    when: float
    """Seconds since 1970."""
    inode: int | None
    """The directory's; None while it is still to be made."""
    entries: tuple[Entry, ...]
    made: tuple[str, ...] = ()
    """Folders that were not there, outermost first."""
    cleared: tuple[str, ...] = ()
    """Folders that make room for a file, innermost first."""
    emptied: tuple[str, ...] = ()
    """Folders that go when nothing is left in them, innermost first."""
    last: str | None = None
    """A folder that is moved into place after all files, such as a repository's `.git`: then the run counts as done."""
    undoes: str | None = None
    """The step that this run takes back."""
    root_goes: bool = False
    """Whether the directory itself goes, too, if nothing is left in it."""
    keep: bool = True
    """Whether `scaffold undo` can take the run back."""
    fresh: bool = False
    """Whether the run makes the directory itself."""

    def makes_room(self, entry: Entry) -> bool:
        """Whether one of the files goes since a folder has to be in its place, or a file in that of its folder."""
        folders = {str(parent) for parent in PurePosixPath(entry.path).parents}
        return entry.after is None and (entry.path in self.made or not folders.isdisjoint(self.cleared))

    @property
    def staging(self) -> str:
        """The folder for new contents: in the directory, or beside one that is still to be made."""
        return f"{OURS}{self.nonce}"


def is_staging(name: str) -> bool:
    """Whether a name is that of a folder for new contents, ours or another user's."""
    return name.startswith(OURS) and _NONCE.fullmatch(name.removeprefix(OURS)) is not None


def digest(data: bytes, *, link: bool = False) -> str:
    """The hash by which contents are compared: SHA-256, in hexadecimal.

    Args:
        data: What a file holds, or a symbolic link names.
        link: Whether it is a link: one never equals the file that holds its target's name.
    """
    return hashlib.sha256(b"link\0" + data if link else data).hexdigest()


def digest_of(content: Content | None) -> str | None:
    """That of what stands somewhere; None where nothing does."""
    return None if content is None else digest(content.data, link=content.mode == LINK)


@dataclass(frozen=True)
class Journal:
    """The folder of records about one directory. It belongs to this user alone; it need not exist."""

    folder: Path

    def read(self, name: str) -> Record | None:
        """The record of this name; None where there is none that is whole and can be read."""
        with suppress(OSError):
            return self.load(name)
        return None

    def load(self, name: str) -> Record | None:
        """The record of this name; None where there is none that is whole.

        Raises:
            OSError: The system refuses to read it, which says nothing about whether it is whole.
        """
        try:
            with Directory.opened(self.folder) as entry, entry.inside(f"{name}/{_RECORD}") as (folder, last):
                found = folder.read(last, _LARGEST_RECORD)
            return None if found is None else _parsed(json.loads(found.data))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        except OSError as error:
            if error.errno not in _NO_RECORD:
                raise
            return None

    def kept(self, name: str, number: int) -> bytes | None:
        """What the file of an entry held before."""
        with (
            suppress(OSError),
            Directory.opened(self.folder) as entry,
            entry.inside(f"{name}/{number}") as (folder, last),
        ):
            found = folder.read(last)
            return None if found is None else found.data
        return None

    @property
    def steps(self) -> Sequence[str]:
        """The names of what can be undone, the oldest first."""
        try:
            return sorted(name for name in os.listdir(self.folder) if _STEP.fullmatch(name))  # noqa: PTH208  # names
        except OSError:
            return ()

    @property
    def is_unfinished(self) -> bool:
        """Whether a killed run, or one at work, has left something."""
        try:
            names = os.listdir(self.folder)  # noqa: PTH208  # names
        except OSError:
            return False
        return any(name in {PENDING, FINISHING} or name.startswith("new-") for name in names)

    @property
    def is_out_of_date(self) -> bool:
        """Whether every step is too old to be kept, and nothing is unfinished."""
        with suppress(OSError):
            if time.time() - self.folder.stat().st_mtime > _LONGEST:  # the time of its newest step
                return not self.is_unfinished
        return False

    def note_down(self, record: Record, contents: Mapping[int, bytes]) -> None:
        """Have the record on the disk before the first change: `pending` appears with everything in it.

        Raises:
            NoStateFolder: There is no room for it.
        """
        name = f"new-{record.nonce}"
        with Directory.opened(self.folder) as entry:
            try:
                entry.make(name, 0o700)
                with entry.directory(name) as folder:
                    for number, content in contents.items():
                        folder.write_new(str(number), content, mode=0o600)
                    folder.write_new(_RECORD, _as_json(record), mode=0o600)
                    folder.sync()
                entry.move_new(name, entry, PENDING)
                entry.sync()
            except OSError as error:
                entry.remove_tree(name)
                raise NoStateFolder(Path(record.dest), self.folder, error) from error
            except BaseException:
                entry.remove_tree(name)
                raise

    def identify(self, name: str, record: Record) -> None:
        """Note which directory comes of a record that makes one.

        Raises:
            NoStateFolder: There is no room for that.
        """
        try:
            with Directory.opened(self.folder) as entry, entry.directory(name) as folder:
                with suppress(FileNotFoundError):
                    folder.unlink(_IDENTIFIED)
                folder.write_new(_IDENTIFIED, _as_json(record), mode=0o600)
                folder.rename(_IDENTIFIED, folder, _RECORD)
                folder.sync()
        except OSError as error:
            raise NoStateFolder(Path(record.dest), self.folder, error) from error

    def rename(self, old: str, new: str) -> None:
        """Give a record another name, for good."""
        with Directory.opened(self.folder) as entry:
            entry.move_new(old, entry, new)
            entry.sync()

    def remove(self, name: str) -> bool:
        """Forget a record; whether nothing of it is left."""
        gone = f"new-{name}-gone"
        with suppress(OSError), Directory.opened(self.folder) as entry:
            if entry.exists(name):
                # First out of sight: a record that is half removed is none.
                with suppress(FileExistsError):
                    entry.move_new(name, entry, gone)
                    entry.sync()
                entry.remove_tree(gone)
                entry.remove_tree(name)
        return not any(os.path.lexists(self.folder / left) for left in (name, gone))

    def clear(self) -> None:
        """Remove what never became a record, or is one no more."""
        with suppress(OSError):
            for name in os.listdir(self.folder):  # noqa: PTH208  # names
                if name.startswith("new-"):
                    with Directory.opened(self.folder) as entry:
                        entry.remove_tree(name)

    def keep(self, name: str) -> None:
        """Make a finished record the newest step, and forget those that are too many, too large or too old."""
        newest = int(self.steps[-1]) if self.steps else 0
        self.rename(name, f"{newest + 1:08}")
        sizes = {step: self._size(step) for step in self.steps}
        total = sum(sizes.values())
        for position, step in enumerate(sorted(sizes)):
            record = self.read(step)
            old = record is None or time.time() - record.when > _LONGEST
            if old or len(sizes) - position > _MOST_STEPS or total > _MOST_BYTES:
                self.remove(step)
                total -= sizes[step]

    def _size(self, name: str) -> int:
        with suppress(OSError), os.scandir(self.folder / name) as found:
            return sum(entry.stat(follow_symlinks=False).st_size for entry in found if entry.name != _RECORD)
        return 0


def _as_json(record: Record) -> bytes:
    return json.dumps({"version": _VERSION, **asdict(record)}).encode()


def _parsed(data: Mapping[str, Any]) -> Record:
    """A record, of which nothing leads out of its directory.

    Raises:
        ValueError: It is none that this version wrote.
    """
    fields = dict(data)
    if fields.pop("version") != _VERSION:
        raise ValueError("another version")
    entries = tuple(Entry(**each) for each in fields.pop("entries"))
    made, emptied, cleared = (tuple(fields.pop(name, ())) for name in ("made", "emptied", "cleared"))
    record = Record(entries=entries, made=made, emptied=emptied, cleared=cleared, **fields)
    last = () if record.last is None else (record.last,)
    for path in (*(entry.path for entry in entries), *made, *emptied, *cleared, *last):
        if PurePosixPath(path).is_absolute() or ".." in path.split("/") or path in {"", "."} or "\0" in path:
            raise ValueError(path)
    for entry in entries:
        hashes = (entry.before, entry.after)
        if not isinstance(entry.mode, int) or not all(isinstance(each, (str, type(None))) for each in hashes):
            raise TypeError(entry)
    if not _NONCE.fullmatch(record.nonce) or not 0 <= record.when < _NEVER:
        raise ValueError(record.nonce)
    return record
