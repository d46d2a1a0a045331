"""Where records are kept: a private folder of the user's for each directory, found by its real path.

Only folders that nobody else can write to are believed, and none that came with the directory itself.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import NoStateFolder
from scaffold.machine import NoHome
from scaffold.places import state_folder
from scaffold.writing.nofollow import Directory
from scaffold.writing.record import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_ENTRIES = 10_000  # directories that are looked at for what is out of date


@dataclass(frozen=True)
class Place:
    """Where the records about a directory are, whatever it is at the moment: there, still to be made, or gone."""

    dest: Path
    """Its real path."""

    @classmethod
    def of(cls, dest: Path) -> Place:
        """The place of records about the directory at this path."""
        return cls(dest.resolve())

    @cached_property
    def _key(self) -> str:
        return hashlib.sha256(os.fsencode(self.dest)).hexdigest()[:32]

    def journals(self) -> Iterator[Journal]:
        """Those that are there and can be believed: more than one where the home was read-only for a while."""
        for root in self._roots():
            folder = root / "journal" / self._key
            if _is_private(root) and _is_private(root / "journal") and _is_private(folder):
                yield Journal(folder)

    def journal(self) -> Journal:
        """The one to write to, made where it is missing.

        Raises:
            NoStateFolder: No folder for it can be written.
        """
        for root in self._roots():
            with suppress(OSError):
                for folder in (*reversed(root.parents), root, root / "journal", root / "journal" / self._key):
                    _make_for_good(folder)
                    if folder.is_relative_to(root) and not _is_private(folder):
                        break
                else:
                    if os.access(folder, os.W_OK | os.X_OK):
                        return Journal(folder)
        raise NoStateFolder(self.dest)

    @property
    def temporary_folder(self) -> Path | None:
        """Where the records are, if that is among temporary files, as where the home is read-only; else None."""
        folder = next((journal.folder for journal in self.journals()), None)
        return folder if folder is not None and _temporary_root() in folder.parents else None

    def _roots(self) -> Iterator[Path]:
        """Folders that nobody else can write to, and that did not come with the directory."""
        for root in roots():
            if not root.resolve().is_relative_to(self.dest):
                yield root


def roots() -> tuple[Path, ...]:
    """Where records may be: the user's state folder, and where that is read-only, a private one for temporary files."""
    found = []
    with suppress(NoHome):
        found.append(state_folder())
    if (root := _temporary_root()) is not None:
        found.append(root)
    return tuple(found)


def _temporary_root() -> Path | None:
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    try:
        return Path(tempfile.gettempdir()) / f"scaffold-state-{user}"
    except OSError:  # no folder for temporary files
        return None


def all_journals() -> Iterator[Journal]:
    """Those of every directory that this user wrote to."""
    for root in roots():
        if _is_private(root) and _is_private(root / "journal"):
            with suppress(OSError), os.scandir(root / "journal") as found:
                for number, entry in enumerate(found):
                    if number == _MOST_ENTRIES:
                        break
                    if _is_private(Path(entry.path)):
                        yield Journal(Path(entry.path))


def forget(journal: Journal) -> None:
    """Remove a journal with all that is in it."""
    shutil.rmtree(journal.folder, ignore_errors=True)


def _make_for_good(folder: Path) -> None:
    """Make a folder, if it is missing, so that it is still there after a power cut."""
    if not folder.is_dir():
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        with Directory.opened(folder.parent.resolve()) as parent:
            parent.sync()


def _is_private(folder: Path) -> bool:
    """Whether a folder is this user's, and nobody else can write to it."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):  # Windows: profiles are private by their access lists
        return stat.S_ISDIR(status.st_mode)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022
