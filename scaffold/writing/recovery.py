"""Taking back what a killed run left half-way: whatever still is exactly what that run wrote, and nothing else."""

from __future__ import annotations

import errno
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold.writing.record import PENDING, digest, digest_of

if TYPE_CHECKING:
    from scaffold.writing.nofollow import Content, Directory
    from scaffold.writing.record import Entry, Journal, Record


@dataclass(frozen=True)
class Recovery:
    """What became of a killed run."""

    taken_back: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Changed since by somebody else; they stay as they are."""
    strangers: tuple[str, ...] = ()
    """Folders for new contents that no record of this user's names; they stay as they are."""

    def plus(self, other: Recovery) -> Recovery:
        """Both."""
        return Recovery(self.taken_back + other.taken_back, self.kept + other.kept, self.strangers + other.strangers)


def take_back(root: Directory, record: Record, journal: Journal) -> Recovery:
    """Bring every file of a pending record to what it was before, unless somebody has changed it since.

    Raises:
        OSError: The file system refuses; it can be tried again.
    """
    taken_back: list[str] = []
    kept: list[str] = []
    # A run that could not even stage has changed nothing, and where it could not, neither can this.
    if root.exists(record.staging) or not all(_is_as_before(root, entry) for entry in record.entries):
        root.make(record.staging, 0o700)
        with root.directory(record.staging) as staging:

            def take(*, last: bool) -> None:
                for number, entry in enumerate(record.entries):
                    if record.makes_room(entry) is last and not _waits_for_room(root, record, entry):
                        verdict = _One(root, staging, entry, number, journal).take_back()
                        if verdict is not None:
                            (taken_back if verdict else kept).append(entry.path)

            take(last=False)
            _bring_folders_back(root, record)
            take(last=True)
    else:
        _bring_folders_back(root, record)
    return Recovery(tuple(taken_back), tuple(kept))


def _waits_for_room(root: Directory, record: Record, entry: Entry) -> bool:
    """Whether what is in the way of a new file is there still, so that nothing was done to it."""
    if entry.before is not None:
        return False
    parents = {str(parent) for parent in PurePosixPath(entry.path).parents}
    in_the_way = [path for path in record.made if path in parents and _stands(root, path, folder=False)]
    return bool(in_the_way) or (entry.path in record.cleared and _stands(root, entry.path, folder=True))


def _stands(root: Directory, path: str, *, folder: bool) -> bool:
    try:
        with root.inside(path) as (parent, name):
            return parent.exists(name) and parent.is_directory(name) is folder
    except OSError:
        return False


def _bring_folders_back(root: Directory, record: Record) -> None:
    """Those that were made go, as far as they are empty; those that had made room for a file come."""
    for folder in reversed(record.made):
        with suppress(OSError), root.inside(folder) as (parent, name):
            parent.rmdir(name)
            parent.sync()
    for folder in reversed(record.cleared):
        with suppress(OSError), root.inside(folder) as (parent, name):
            parent.make(name)
            parent.sync()


def _is_as_before(root: Directory, entry: Entry) -> bool:
    """Whether nothing is left to do for a file."""
    try:
        with root.inside(entry.path) as (parent, name):
            return entry.is_before(parent.look(name))
    except FileNotFoundError:
        return entry.before is None
    except OSError:
        return False


@dataclass(frozen=True)
class _One:
    """One file of the record."""

    root: Directory
    staging: Directory
    entry: Entry
    number: int
    journal: Journal

    def take_back(self) -> bool | None:
        """Whether it was taken back; None where nothing had been done to it, or is left to do."""
        try:
            with self.root.inside(self.entry.path) as (parent, name):
                for source in (self._slot, self._back):
                    parent.settle(name, self.staging, source)
                now = parent.look(name)
                if self.entry.is_before(now) and not self._has_swapped_out_an_edit:
                    return None
                return self._decided(parent, name, now)
        except FileNotFoundError:  # its folder is not there: never made, or removed since
            return None if self.entry.before is None else False
        except (NotADirectoryError, IsADirectoryError, ValueError):
            return False
        except OSError as error:
            if error.errno in _IN_THE_WAY:
                return False
            raise

    def _decided(self, parent: Directory, name: str, now: Content | None) -> bool | None:
        if now is None and self.entry.after is not None:
            return None if self.entry.before is None else False
        if not self.entry.is_after(now):
            return False
        done = self._make_new_one_go(parent, name) if self.entry.before is None else self._bring_back(parent, name)
        parent.sync()
        return done

    @property
    def _slot(self) -> str:
        """Where the new content was, and what stood there before is, once they were exchanged."""
        return str(self.number)

    @property
    def _back(self) -> str:
        """Where the former content is until it stands in its place again."""
        return f"{self.number}.back"

    @property
    def _swapped_out(self) -> str | None:
        """The hash of what is in the slot."""
        with suppress(OSError):
            return digest_of(self.staging.look(self._slot))
        return None

    @property
    def _has_swapped_out_an_edit(self) -> bool:
        """Whether the killed run had just taken out what somebody wrote in that very moment."""
        return self._swapped_out not in {None, self.entry.before, self.entry.after}

    def _make_new_one_go(self, parent: Directory, name: str) -> bool:
        ours = f"{self.number}.ours"
        parent.rename(name, self.staging, ours)
        if digest_of(self.staging.look(ours)) == self.entry.after:
            return True
        self.staging.move_new(ours, parent, name)  # an edit between the two looks
        return False

    def _bring_back(self, parent: Directory, name: str) -> bool:
        edited = self._has_swapped_out_an_edit
        source = self._slot
        if not edited and self._swapped_out != self.entry.before:
            content = self.journal.kept(PENDING, self.number)
            if content is None or digest(content, link=self.entry.is_link) != self.entry.before:
                return False
            source = self._back
            with suppress(FileNotFoundError):
                self.staging.unlink(source)
            self.staging.write_new(source, content, mode=self.entry.mode)
        if self.entry.after is None:
            self.staging.move_new(source, parent, name)
            return not edited
        parent.exchange(name, self.staging, source)
        if digest_of(self.staging.look(source)) == self.entry.after:
            return not edited
        parent.exchange(name, self.staging, source)  # an edit between the two looks
        return False


_IN_THE_WAY = (errno.ELOOP, errno.EINVAL, errno.ENXIO, errno.EFBIG, errno.EACCES, errno.EEXIST)
"""Errors that say that something else stands there than what a run writes."""
