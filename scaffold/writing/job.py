"""What is asked of the journal: files for a directory, and all that decides whether they may still be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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
    """Permissions of files, where they are known."""
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
    folders_gone: Collection[str] = ()
    """Folders to remove with it when nothing is left in them."""
    root_goes: bool = False
    """The same for the directory itself."""
