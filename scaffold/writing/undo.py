"""Taking back what scaffold wrote in a directory, a step at a time, as far as nobody has changed it since.

The steps are the records of finished runs, in the user's own state folder: what each file held before, and the hash of
what it held after.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import NothingToUndo, Refused
from scaffold.places import state_folder
from scaffold.writing.job import Job
from scaffold.writing.journal import write
from scaffold.writing.nofollow import Directory
from scaffold.writing.place import Place
from scaffold.writing.record import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.writing.nofollow import Content
    from scaffold.writing.record import Entry, Journal, Record


@dataclass(frozen=True)
class Step:
    """A finished run that can be taken back."""

    root: Path
    journal: Journal
    name: str
    record: Record

    @property
    def number(self) -> int:
        """What the user calls it by."""
        return int(self.name)

    @property
    def command(self) -> str:
        """What the user ran."""
        return self.record.command

    @property
    def when(self) -> datetime:
        """When it ended, in this machine's time zone."""
        return datetime.fromtimestamp(self.record.when, timezone.utc).astimezone()


@dataclass(frozen=True)
class Undo:
    """What taking back a step comes to now."""

    step: Step
    restored: dict[PurePosixPath, bytes]
    """Files that get what they held before."""
    modes: dict[PurePosixPath, int]
    deleted: tuple[PurePosixPath, ...]
    """Files that were not there before."""
    left: tuple[PurePosixPath, ...]
    """Files that were changed since then: they stay as they are."""
    folders: tuple[PurePosixPath, ...] = ()
    """Folders that went, with nothing in them, and for which there is room."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could be taken back."""
        return not self.restored and not self.deleted


def find(start: Path) -> Path:
    """The nearest directory that has steps, from here upwards; `start` itself where there is none."""
    start = start.absolute()
    return next((folder for folder in (start, *start.parents) if steps(folder)), start)


def steps(root: Path) -> Sequence[Step]:
    """What was written there, the oldest first."""
    place = Place.of(root)
    found = [
        Step(place.dest, journal, name, record)
        for journal in place.journals()
        for name in journal.steps
        if (record := journal.read(name)) is not None and record.dest == str(place.dest)
    ]
    return sorted(found, key=lambda step: step.record.when)


def newest(root: Path) -> Undo:
    """What `scaffold undo` takes back: the newest step of which anything can be.

    Where files of every step were changed since and nothing else is left to take back, it is the newest of them.

    Raises:
        NothingToUndo: Nothing was written there, all is taken back, or another directory is there now.
    """
    found = steps(root)
    if not found:
        raise NothingToUndo(root, _OF_OLD) if _has_record_of_old(root) else NothingToUndo(root)
    undos = []
    for step in reversed(found):
        with suppress(NothingToUndo):  # of a directory that was at this path before
            undos.append(look(step))
    if not undos:
        look(found[-1])
    candidates = [undo for undo in undos if not undo.is_empty] or [undo for undo in undos if undo.left]
    if not candidates:
        raise NothingToUndo(root)
    return candidates[0]


def look(step: Step) -> Undo:
    """Compare what a step wrote with what is there now.

    Raises:
        NothingToUndo: The directory is gone, or is another one.
    """
    undo = Undo(step, {}, {}, (), ())
    try:
        with Directory.opened(step.root) as root:
            if step.record.inode != root.status().st_ino:
                raise NothingToUndo(step.root, "it is not the directory that scaffold wrote to, but another one")
            removed, left = [], []
            for number, entry in enumerate(step.record.entries):
                path = PurePosixPath(entry.path)
                before = step.journal.kept(step.name, number)
                try:
                    now = _found(root, path, step.record)
                except OSError:  # something else stands there
                    left.append(path)
                    continue
                if entry.is_before(now):
                    continue
                if not entry.is_after(now) or not _is_whole(entry, before):
                    left.append(path)
                elif before is None:
                    removed.append(path)
                else:
                    undo.restored[path] = before
                    undo.modes[path] = entry.mode
            folders = tuple(_folders_to_bring_back(root, step.record))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NothingToUndo(step.root, "the directory is not there any more") from error
    return Undo(step, undo.restored, undo.modes, tuple(removed), tuple(left), folders)


def take_back(undo: Undo) -> None:
    """Bring back what was there before. The step is gone then, unless files of it were left.

    Raises:
        Busy: Another run is at work there.
        ChangedMeanwhile: A file was changed since it was looked at; nothing was taken back.
        WriteFailed: The file system refused; nothing was changed.
    """
    step = undo.step
    after = {PurePosixPath(entry.path): entry.after for entry in step.record.entries}
    made = {*map(PurePosixPath, step.record.made)}
    around = {folder for path in undo.deleted for folder in path.parents[:-1]}
    write(
        Job(
            dest=step.root,
            command="undo",
            files=undo.restored,
            removed=undo.deleted,
            modes=undo.modes,
            expected={path: after[path] for path in (*undo.restored, *undo.deleted)},
            undoes=None if undo.left else step.name,
            keep=False,
            folders=[*undo.folders, *sorted(around - made)],
            folders_gone=made,
            root_goes=step.record.root_goes,
        )
    )


def forget(root: Path) -> int:
    """Forget all steps, with the former contents of files; how many there were.

    Raises:
        Refused: The system refuses to remove some of them.
    """
    found = steps(root)
    left = [step.journal.folder for step in found if not step.journal.remove(step.name)]
    if left:
        raise Refused(left[0], "holds former contents of files that cannot be removed: delete it")
    return len(found)


def _folders_to_bring_back(root: Directory, record: Record) -> Iterator[PurePosixPath]:
    """Those without a file that is brought back, which brings its folder along."""
    with_files = {parent for entry in record.entries for parent in PurePosixPath(entry.path).parents}
    for folder in map(PurePosixPath, record.emptied):
        if folder not in with_files and _is_free(root, folder):
            yield folder


def _is_free(root: Directory, path: PurePosixPath) -> bool:
    try:
        with root.inside(str(path)) as (parent, name):
            return not parent.exists(name)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _found(root: Directory, path: PurePosixPath, record: Record) -> Content | None:
    """What stands at a path; None where nothing does, or what the step itself has put in the way.

    Raises:
        OSError: Neither a plain file nor a link.
    """
    try:
        with root.inside(str(path)) as (parent, name):
            if parent.is_directory(name) and str(path) in record.made:
                return None
            return parent.look(name)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        if not {str(parent) for parent in path.parents}.isdisjoint(record.cleared):
            return None
        raise


def _is_whole(entry: Entry, before: bytes | None) -> bool:
    return (None if before is None else digest(before, link=entry.is_link)) == entry.before


_OF_OLD = "an older scaffold kept its record in a form that is not read any more; use your version control"


def _has_record_of_old(root: Path) -> bool:
    """Whether a scaffold before this journal wrote there."""
    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
    return (state_folder() / "undo" / name).is_dir()
