"""A directory that is still to be made: built whole beside its place, and renamed there in one step."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scaffold.errors import ChangedMeanwhile
from scaffold.writing.durable import sync_files
from scaffold.writing.nofollow import LINK, SYNCS_BY_NAME, Directory
from scaffold.writing.record import FINISHING, PENDING, Entry, Record

if TYPE_CHECKING:
    from scaffold.writing.job import Job
    from scaffold.writing.place import Place
    from scaffold.writing.record import Journal

TREE: Final = "tree"
READY: Final = "ready"
"""Stands beside the tree from the moment on in which that is whole."""


def write(job: Job, place: Place, journal: Journal) -> None:
    """Make the directory with all its files.

    Raises:
        ChangedMeanwhile: Something stands there by now.
        OSError: The file system refused; nothing is left.
    """
    record = Record(
        dest=str(place.dest),
        command=job.command,
        nonce=secrets.token_hex(12),
        when=time.time(),
        inode=None,
        fresh=True,
        entries=tuple(Entry(str(path), None, job.digest(path)) for path in job.files),
        made=tuple(map(str, job.needed_folders)),
        root_goes=True,
        keep=job.keep,
    )
    journal.note_down(record, {})
    try:
        with Directory.opened(place.dest.parent) as beside:
            beside.make(record.staging, 0o700)
            with beside.directory(record.staging) as staging:
                build(staging, place.dest.parent / record.staging, job)
                # Before the move, after which nothing may need room on a disk any more.
                record = replace(record, inode=staging.status(TREE).st_ino)
                journal.identify(PENDING, record)
                try:
                    staging.move_new(TREE, beside, place.dest.name)
                except FileExistsError as error:
                    raise ChangedMeanwhile(job.dest) from error
                staging.sync()
                beside.sync()
    except BaseException:
        recover(record, journal, PENDING)
        raise
    _finish(record, journal, PENDING)


def recover(record: Record, journal: Journal, name: str) -> None:
    """Clear away what a killed run left beside the directory, unless the directory is in its place already."""
    if name == FINISHING or _is_in_place(record):
        _finish(record, journal, name)
    elif _clear_away(record):
        journal.remove(name)


def _is_in_place(record: Record) -> bool:
    """Whether the directory that the record names is the one that was built."""
    dest = Path(record.dest)
    with suppress(OSError), Directory.opened(dest.parent) as beside, beside.directory(record.staging) as staging:
        whole = staging.exists(READY) and not staging.exists(TREE)
        return whole and beside.status(dest.name).st_ino == record.inode
    return False


def _clear_away(record: Record) -> bool:
    """Remove the folder for new contents; whether it is gone, so that no record of it is needed any more."""
    try:
        with Directory.opened(Path(record.dest).parent) as beside:
            beside.remove_tree(record.staging)
            beside.sync()
            return not beside.exists(record.staging)
    except (FileNotFoundError, NotADirectoryError):  # the folder that it was in is gone
        return True
    except OSError:
        return False


def _finish(record: Record, journal: Journal, name: str) -> None:
    """Clear away, and keep the record as a step; where that fails for the first time, the next run tries again."""
    with suppress(OSError):
        if name == PENDING:
            journal.rename(PENDING, FINISHING)
        if not _clear_away(record) and name == PENDING:
            return
        if record.keep:
            journal.keep(FINISHING)
        else:
            journal.remove(FINISHING)


def build(staging: Directory, path: Path, job: Job) -> None:
    """Write all files, and what else belongs to them, into a new folder of `staging`, which is at `path`."""
    staging.make(TREE)
    with staging.directory(TREE) as tree:
        for folder in job.folders:
            with tree.inside(f"{folder}/.", make=True):
                pass
        for file, content in job.files.items():
            with tree.inside(str(file), make=True) as (parent, name):
                parent.write_new(
                    name,
                    content,
                    mode=job.modes.get(file),
                    executable=file in job.executable,
                    sync=not SYNCS_BY_NAME,
                )
        if SYNCS_BY_NAME:
            sync_files(tree, [str(file) for file in job.files if job.modes.get(file) != LINK])
    if job.finish is not None:
        job.finish(path / TREE)
    _sync_tree(path / TREE)
    staging.write_new(READY, b"")
    staging.sync()


def _sync_tree(folder: Path) -> None:
    """Bring all names below a folder of our own down to the disk, and the files of a repository in it."""
    for place, _, files in os.walk(folder):
        with Directory.opened(Path(place)) as directory:
            if ".git" in Path(place).relative_to(folder).parts:
                for name in files:
                    directory.sync_file(name)
            directory.sync()
