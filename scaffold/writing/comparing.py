"""What a job changes in a directory that is there, and what stands there before."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import ChangedMeanwhile
from scaffold.writing.nofollow import LINK
from scaffold.writing.record import Entry, Record, digest_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from scaffold.writing.job import Job
    from scaffold.writing.nofollow import Content, Directory
    from scaffold.writing.place import Place


def compare(job: Job, place: Place, root: Directory) -> tuple[Record, dict[int, Content]]:
    """What will change, and what the files hold now, by the number of their entry.

    Raises:
        ChangedMeanwhile: Not what they held when that was decided.
    """
    for path, hash_ in job.expected.items():
        if path not in job.files and path not in job.removed and _present_hash(root, str(path)) != hash_:
            raise ChangedMeanwhile(job.dest / path)
    entries: list[Entry] = []
    contents: dict[int, Content] = {}
    emptied = {each for folder in job.folders_gone for each in (folder, *folder.parents[:-1])}
    cleared: list[str] = []
    for path in dict.fromkeys((*job.files, *job.removed)):
        if path in job.files:
            cleared += _making_room(root, path, job.removed)
        found = None if str(path) in cleared else _content(root, path, job.removed)
        entry = _entry(job, path, found)
        if entry is None:
            continue
        if found is not None:
            contents[len(entries)] = found
        entries.append(entry)
        if entry.after is None:
            emptied |= {*path.parents[:-1]}
    needed = job.needed_folders
    gone = sorted(emptied.difference(needed), key=lambda folder: (-len(folder.parts), folder))
    record = Record(
        dest=str(place.dest),
        command=job.command,
        nonce=secrets.token_hex(12),
        when=time.time(),
        inode=root.status().st_ino,
        entries=tuple(entries),
        made=tuple(str(folder) for folder in needed if not _is_directory(root, str(folder))),
        cleared=tuple(cleared),
        emptied=tuple(str(folder) for folder in gone if _is_directory(root, str(folder))),
        last=job.last,
        undoes=job.undoes,
        root_goes=job.root_goes,
        keep=job.keep,
    )
    return record, contents


def _entry(job: Job, path: PurePosixPath, found: Content | None) -> Entry | None:
    """What is done to a path; None where nothing is.

    Raises:
        ChangedMeanwhile: Not what it held when that was decided.
    """
    before = digest_of(found)
    after = None if path in job.removed else job.digest(path)
    if path in job.expected and job.expected[path] != before and not (job.undoes and before == after):
        raise ChangedMeanwhile(job.dest / path)
    entry = Entry(str(path), before, after, 0 if found is None else found.mode)
    if before == after and (found is None or found.mode == LINK or job.runs(path) in {None, found.is_program}):
        return None
    if found is not None and found.mode == LINK and path not in job.expected:  # put there since
        raise ChangedMeanwhile(job.dest / path)
    return entry


def _making_room(root: Directory, path: PurePosixPath, removed: Collection[PurePosixPath]) -> Iterator[str]:
    """The folders that go where a file has to go, innermost first, if all that they hold is removed."""
    if any(path in other.parents for other in removed) and _is_directory(root, str(path)):
        yield from _folders(root, str(path))


def _folders(root: Directory, path: str) -> Iterator[str]:
    with root.directory(path) as directory:
        names = [name for name in directory.names() if directory.is_directory(name)]
    for name in sorted(names):
        yield from _folders(root, f"{path}/{name}")
    yield path


def _content(root: Directory, path: PurePosixPath, removed: Collection[PurePosixPath] = ()) -> Content | None:
    try:
        with root.inside(str(path)) as (parent, name):
            return parent.look(name)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        if any(parent in removed for parent in path.parents):  # what is in the way goes
            return None
        raise


def _present_hash(root: Directory, path: str) -> str | None:
    """None where neither a plain file nor a link is."""
    with suppress(OSError):
        return digest_of(_content(root, PurePosixPath(path)))
    return None


def _is_directory(root: Directory, path: str) -> bool:
    with suppress(OSError), root.inside(path) as (parent, name):
        return parent.is_directory(name)
    return False
