"""One run at a time in a directory, and no signal between any two of its steps."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from scaffold.errors import Busy, NoStateFolder
from scaffold.writing.nofollow import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from scaffold.writing.record import Journal

_HOLDER = "holder"
_LOCK = "lock"
_LONGEST_HOLDER = 1000  # bytes
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)  # as on NFS without its lock service
_PAUSE = 0.02  # seconds between two attempts

if sys.platform != "win32":
    import fcntl


@contextmanager
def locked(journal: Journal, dest: Path, command: str, *, patience: float = 0) -> Iterator[None]:
    """Keep out every other run of this user's in the directory. The kernel lets go when the process ends, in any way.

    Args:
        journal: That of the directory.
        dest: The directory, for messages; it need not exist.
        command: What is at work, for the message of whoever is kept out.
        patience: Seconds to wait for another run.

    Raises:
        Busy: Another run is at work there.
        NoStateFolder: The lock cannot be made.
    """
    with ExitStack() as held:
        until = time.monotonic() + patience
        while not _is_taken(journal, dest, held):
            if time.monotonic() >= until:
                raise Busy(dest, _holder(journal))
            time.sleep(_PAUSE)
        _name_holder(journal.folder, f"{command} (process {os.getpid()})")
        yield


@contextmanager
def alone(root: Directory, dest: Path) -> Iterator[None]:
    """Keep out other users as well: the lock is on the directory itself, so that there is nothing to leave behind.

    Raises:
        Busy: Another user's run is at work there.
    """
    if sys.platform != "win32" and root.descriptor is not None:
        try:
            fcntl.flock(root.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(dest, "another user's scaffold") from error
        except OSError:  # a file system without locks on directories: only this user is kept out
            pass
    yield


def _is_taken(journal: Journal, dest: Path, held: ExitStack) -> bool:
    try:
        return _taken(journal.folder / _LOCK, held)
    except OSError as error:
        raise NoStateFolder(dest, journal.folder, error) from error


def _taken(path: Path, held: ExitStack) -> bool:
    """Whether the lock was free; it is held until `held` is left."""
    if sys.platform == "win32":
        return _taken_by_library(path, held)
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with ExitStack() as attempt:
        attempt.callback(os.close, number)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return _taken_by_library(path, held)
        held.push(attempt.pop_all())
    return True


def _taken_by_library(path: Path, held: ExitStack) -> bool:
    """The same on Windows, and on a file system without locks, where a file that names the process stands for one."""
    from filelock import FileLock, SoftFileLock, Timeout  # on POSIX its import takes longer than all else here

    lock = FileLock(path, timeout=0) if sys.platform == "win32" else SoftFileLock(f"{path}.soft", timeout=0)
    try:
        held.enter_context(lock)
    except Timeout:
        return False
    return True


def _name_holder(folder: Path, text: str) -> None:
    """A new file each time: what stands there may have another name elsewhere, or be a pipe."""
    with suppress(OSError), Directory.opened(folder) as journal:
        with suppress(FileNotFoundError):
            journal.unlink(_HOLDER)
        journal.write_new(_HOLDER, text.encode(), mode=0o600)


def _holder(journal: Journal) -> str:
    with suppress(OSError, ValueError):
        with Directory.opened(journal.folder) as folder:
            found = folder.read(_HOLDER, _LONGEST_HOLDER)
        said = "" if found is None else found.data.decode()
        if said.isprintable() and said:
            return said
    return "another scaffold"


@contextmanager
def signals_wait() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP are delivered after these few milliseconds, not between any two of their steps."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    before = {number: signal.getsignal(number) for name in names if (number := getattr(signal, name, None))}
    for number, handler in before.items():
        if handler is not None and handler != signal.SIG_IGN:
            signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None and handler != signal.SIG_IGN:
                signal.signal(number, handler)
        for number in dict.fromkeys(arrived):
            signal.raise_signal(number)
