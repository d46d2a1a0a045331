"""What is asked of the journal: files for a directory, and all that decides whether they may still be written."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scaffold.writing.nofollow import LINK
from scaffold.writing.record import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path, PurePosixPath


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to write into a directory, and to remove there."""

    dest: Path
    command: str
    """What is at work, as the user calls it."""
    files: Mapping[PurePosixPath, bytes]
    removed: Collection[PurePosixPath] = ()
    executable: Collection[PurePosixPath] = ()
    modes: Mapping[PurePosixPath, int] = field(default_factory=dict)
    """Permissions of files, where they are known; LINK (scaffold/writing/nofollow.py) for a symbolic link."""
    folders: Collection[PurePosixPath] = ()
    """Folders to make though no file is in them."""
    expected: Mapping[PurePosixPath, str | None] = field(default_factory=dict)
    """The hash of what has to stand at a path, or None for nothing: the job was decided on that."""
    empty: bool = False
    """Whether nothing may stand in the directory yet."""
    finish: Callable[[Path], None] | None = None
    """Makes what else belongs to a new directory, in a folder that holds all the files."""
    last: str | None = None
    """The folder that `finish` makes there."""
    keep: bool = True
    """Whether `scaffold undo` can take it back."""
    undoes: str | None = None
    """The step that this takes back."""
    folders_gone: Collection[PurePosixPath] = ()
    """Folders to remove, with those above them, when nothing is left in them."""
    root_goes: bool = False
    """The same for the directory itself."""

    def digest(self, path: PurePosixPath) -> str:
        """The hash of what will stand at the path of one of the files."""
        return digest(self.files[path], link=self.modes.get(path) == LINK)

    def runs(self, path: PurePosixPath) -> bool | None:
        """Whether one of the files will be a program; None where that is as it was."""
        mode = self.modes.get(path)
        if mode is not None and mode != LINK:
            return bool(mode & stat.S_IXUSR)
        return True if path in self.executable else None

    @property
    def needed_folders(self) -> list[PurePosixPath]:
        """Every folder below the directory that has to be there, the outermost first."""
        found: dict[PurePosixPath, None] = {}
        for path in self.files:
            found |= dict.fromkeys(reversed(path.parents[:-1]))
        for folder in self.folders:
            found |= dict.fromkeys((*reversed(folder.parents[:-1]), folder))
        return [*found]
