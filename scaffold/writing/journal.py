"""Writing several files so that every moment shows either none of them or all, also when the process is killed.

What is about to be done is written down first (scaffold/writing/record.py). Whoever is killed leaves that record, and
the next run takes back every file that still is exactly what the killed run wrote; it keeps and names all others.

A directory that is still to be made is built beside its place and renamed: one step. In a directory that is there, each
file is exchanged with its new content, and what came out is looked at before the next one.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import Busy, ChangedMeanwhile, NoStateFolder, NotTakenBack, WriteFailed
from scaffold.signals import WRITTEN
from scaffold.writing import fresh
from scaffold.writing.comparing import compare
from scaffold.writing.lock import alone, locked, signals_wait
from scaffold.writing.nofollow import Directory
from scaffold.writing.place import Place, all_journals, forget
from scaffold.writing.record import FINISHING, PENDING, Entry, Record, digest_of, is_staging
from scaffold.writing.recovery import Recovery, take_back

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.writing.job import Job
    from scaffold.writing.nofollow import Content
    from scaffold.writing.record import Journal


def write(job: Job, *, patience: float = 0) -> Recovery:
    """Write and remove the files, all or none; what a killed run left there is taken back before.

    Raises:
        Busy: Another run is at work there.
        ChangedMeanwhile: A file is not as it was when the writing was decided on; nothing was changed.
        NoStateFolder: There is no place for the record.
        WriteFailed: The file system refused; nothing was changed.
        NotTakenBack: It refused to take back what had been changed, too.
    """
    with signals_wait():
        recovery = _write(job, patience)
        WRITTEN.set(job.keep)
    return recovery


def _write(job: Job, patience: float) -> Recovery:
    try:
        place = Place.of(job.dest)
        journal = place.journal()
        with locked(journal, job.dest, job.command, patience=patience):
            recovery = _recover(place)
            _clear_elsewhere(journal)
            if _is_missing(job.dest):
                fresh.write(job, place, journal)
            else:
                _write_within(job, place, journal)
    except OSError as error:
        raise WriteFailed(job.dest, error) from error
    return recovery


def recover(dest: Path) -> Recovery:
    """Take back what a killed run left half-way in the directory; what nobody else has changed.

    Raises:
        Busy: Another run is at work there.
        NotTakenBack: The file system refuses to.
    """
    place = Place.of(dest)
    if not any(journal.is_unfinished for journal in place.journals()):
        return Recovery(strangers=_strangers(place))
    with signals_wait():
        try:
            with locked(place.journal(), dest, "recovery"):
                return _recover(place)
        except OSError as error:
            raise NotTakenBack(dest, error) from error


def _is_missing(dest: Path) -> bool:
    try:
        dest.lstat()
    except FileNotFoundError:
        return True
    return False


# --- into a directory that is there ---------------------------------------------------------------------------------


def _write_within(job: Job, place: Place, journal: Journal) -> None:
    literal = job.dest.absolute()
    literal = literal if literal.name in {"", ".."} else literal.parent.resolve() / literal.name
    with Directory.opened(literal) as root, alone(root, job.dest):
        if job.empty and root.names(1):
            raise ChangedMeanwhile(job.dest)
        record, contents = compare(job, place, root)
        if not record.entries and not record.made and record.last is None:
            return
        journal.note_down(record, {number: content.data for number, content in contents.items()})
        try:
            _stage(root, record, job, contents, literal)
            _put_all_in_place(root, record, literal)
            journal.rename(PENDING, FINISHING)
        except BaseException:
            take_back_now(root, record, journal, job.dest)
            raise
        with suppress(OSError):  # all is written: the next run clears away what this one cannot
            _clear_away(root, record, literal)
            if not root.exists(record.staging):
                _file_away(journal, record)


def take_back_now(root: Directory, record: Record, journal: Journal, dest: Path) -> None:
    """After a failure in the middle.

    Raises:
        NotTakenBack: This fails as well.
    """
    try:
        if root.exists(record.staging):
            _finish_or_take_back(root, record, journal, PENDING)
        else:  # the first step has failed already
            journal.remove(PENDING)
    except OSError as error:
        raise NotTakenBack(dest, error) from error


def _stage(root: Directory, record: Record, job: Job, contents: Mapping[int, Content], dest: Path) -> None:
    """Have all new contents on the disk, on the directory's own file system."""
    root.make(record.staging, 0o700)
    root.sync()
    with root.directory(record.staging) as staging:
        staging.write_new(".gitignore", b"*\n")  # whoever commits before the recovery does not commit this
        for number, entry in enumerate(record.entries):
            path = PurePosixPath(entry.path)
            if entry.after is not None:
                staging.write_new(
                    str(number),
                    job.files[path],
                    mode=job.modes.get(path),
                    executable=path in job.executable,
                    like=contents.get(number),
                )
        if job.finish is not None:
            fresh.build(staging, dest / record.staging, job)
        staging.sync()


def _put_all_in_place(root: Directory, record: Record, dest: Path) -> None:
    """First whatever makes room: a file may stand where a folder has to be, and a folder where a file has."""
    with root.directory(record.staging) as staging:

        def put(*, first: bool) -> None:
            for number, entry in enumerate(record.entries):
                if record.makes_room(entry) is first:
                    with root.inside(entry.path) as (parent, name):
                        put_in_place(parent, name, staging, str(number), entry, dest / entry.path)

        put(first=True)
        for folder in record.cleared:
            with root.inside(folder) as (parent, name):
                parent.rmdir(name)
        for folder in record.made:
            with root.inside(folder) as (parent, name):
                parent.make(name)
        put(first=False)
        changed = {str(PurePosixPath(path).parent) for path in (*record.made, *(each.path for each in record.entries))}
        for folder in sorted(changed.difference(record.cleared)):
            with root.directory(folder) as directory:
                directory.sync()
        staging.sync()
        if record.last is not None:  # the last step: from here on all is there
            with staging.directory(fresh.TREE) as tree:
                tree.move_new(record.last, root, record.last)
                tree.sync()
            root.sync()


def put_in_place(  # noqa: PLR0913, PLR0917  # one step, of which each is a part
    parent: Directory, name: str, staging: Directory, slot: str, entry: Entry, path: Path
) -> None:
    """Put the slot's file at `name` if that holds `before`; what was there is in the slot then, and is looked at."""
    if entry.before is None:
        try:
            staging.move_new(slot, parent, name)
        except FileExistsError as error:
            raise ChangedMeanwhile(path) from error
        return
    if entry.after is None:
        parent.rename(name, staging, slot)
    else:
        parent.exchange(name, staging, slot)
    if digest_of(staging.look(slot)) != entry.before:  # an edit, an instant ago: back with it
        if entry.after is None:
            staging.move_new(slot, parent, name)
        else:
            parent.exchange(name, staging, slot)
        raise ChangedMeanwhile(path)


def _clear_away(root: Directory, record: Record, dest: Path) -> None:
    """Remove what a run that is done (it is so from `finishing` on) leaves; last the directory itself, if it goes."""
    for folder in record.emptied:
        with suppress(OSError), root.inside(folder) as (parent, name):
            parent.rmdir(name)
            parent.sync()
    _remove_staging(root, record)
    if record.root_goes:
        with suppress(OSError), Directory.opened(dest.parent) as beside:  # not empty: the rest is the user's
            beside.rmdir(dest.name)
            beside.sync()


def _remove_staging(root: Directory, record: Record) -> None:
    """Only the folder that the record names."""
    with suppress(OSError):
        if root.is_directory(record.staging):
            root.remove_tree(record.staging)
            root.sync()


def _file_away(journal: Journal, record: Record) -> None:
    """Keep the record of a run that is done as a step, if it can be undone."""
    if record.undoes is not None:
        journal.remove(record.undoes)
    if record.keep and record.undoes is None:
        with suppress(OSError):
            journal.keep(FINISHING)
    else:
        journal.remove(FINISHING)


# --- after a kill ---------------------------------------------------------------------------------------------------


def _recover(place: Place) -> Recovery:
    """Take back, or finish, whatever the records about this directory say that is unfinished."""
    found = Recovery(strangers=_strangers(place))
    for journal in place.journals():
        journal.clear()
        for name in (FINISHING, PENDING):
            record = journal.load(name)
            if record is None or record.dest != str(place.dest):
                journal.remove(name)
            elif record.fresh:
                fresh.recover(record, journal, name)
            else:
                found = found.plus(_recover_within(place, record, journal, name))
    return found


def _recover_within(place: Place, record: Record, journal: Journal, name: str) -> Recovery:
    try:
        with Directory.opened(place.dest) as root, alone(root, place.dest):
            if record.inode == root.status().st_ino or root.is_directory(record.staging):
                return _finish_or_take_back(root, record, journal, name)
    except (FileNotFoundError, NotADirectoryError):  # the directory itself is gone, by the run itself or since
        if name == FINISHING:
            _file_away(journal, record)
    journal.remove(name)  # else: another directory has been put at this path since
    return Recovery()


def _finish_or_take_back(root: Directory, record: Record, journal: Journal, name: str) -> Recovery:
    if name == PENDING and _last_is_in_place(root, record):
        journal.rename(PENDING, FINISHING)
        name = FINISHING
    if name == FINISHING:
        _clear_away(root, record, Path(record.dest))
        _file_away(journal, record)
        return Recovery()
    done = take_back(root, record, journal)
    _remove_staging(root, record)
    journal.remove(PENDING)
    return done


def _last_is_in_place(root: Directory, record: Record) -> bool:
    if record.last is not None:
        with suppress(OSError), root.directory(record.staging) as staging, staging.directory(fresh.TREE) as tree:
            return staging.exists(fresh.READY) and not tree.exists(record.last) and root.is_directory(record.last)
    return False


def _strangers(place: Place) -> tuple[str, ...]:
    """Folders for new contents of which no record of this user's is known: they are named and left alone."""
    known = set()
    for journal in place.journals():
        for name in (PENDING, FINISHING):
            if record := journal.read(name):
                known.add(record.staging)
    with suppress(OSError), Directory.opened(place.dest) as root:
        return tuple(sorted(name for name in root.names() if is_staging(name) and name not in known))
    return ()


def _clear_elsewhere(own: Journal) -> None:
    """What killed runs left beside directories that were never made, and records that are out of date."""
    for journal in all_journals():
        record = journal.read(PENDING)
        if journal == own or not (journal.is_out_of_date or (record is not None and record.fresh)):
            continue
        with suppress(Busy, NoStateFolder, OSError), locked(journal, journal.folder, "recovery"):
            record = journal.read(PENDING)
            if record is not None and record.fresh:
                fresh.recover(record, journal, PENDING)
            elif journal.is_out_of_date:
                forget(journal)
