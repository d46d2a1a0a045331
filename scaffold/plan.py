"""What will be written and where, and everything that can be refused before the first byte is."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold import portable, reading
from scaffold.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_LONGEST_NAME = 255  # bytes; the limit of every common file system
_LONGEST_PATH = 4096  # bytes, PATH_MAX of Linux


@dataclass(frozen=True)
class Plan:
    """Files in memory and the directory that they are for."""

    dest: Path
    files: Mapping[PurePosixPath, bytes]
    removed: frozenset[PurePosixPath] = frozenset()
    """Files that will be gone."""
    executable: frozenset[PurePosixPath] = frozenset()
    """Those of the files that can be run."""
    expected: Mapping[PurePosixPath, str | None] = field(default_factory=dict)
    """The hash (scaffold.writing.record.digest) of what has to stand at a path, or None for nothing."""
    was_fresh: bool = False
    """Whether the directory was still to be made, or empty, when the plan was checked."""

    @property
    def is_fresh(self) -> bool:
        """Whether the directory is still to be made, or empty."""
        return not self.dest.exists() or is_empty(self.dest)

    def changes(self) -> dict[PurePosixPath, str]:
        """What would happen to each file: new, replaced or unchanged."""
        return {path: self._change(path) for path in self.files}

    def _change(self, path: PurePosixPath) -> str:
        target = self.dest / path
        if not os.path.lexists(target):
            return "new"
        if target.is_symlink() or not target.is_file():
            return "in the way"
        try:
            present = reading.read_limited(target, len(self.files[path]), follow=False)
        except reading.TooLarge:
            return "replaced"
        except reading.Unreadable:
            return "in the way"
        return "unchanged" if present == self.files[path] else "replaced"


def is_empty(folder: Path) -> bool:
    """Whether nothing is in a folder, however much might be.

    Raises:
        Refused: It cannot be listed.
    """
    try:
        return next(reading.entries(folder), None) is None
    except reading.Unreadable as error:
        raise Refused(folder, f"cannot be listed ({error.reason}): choose another DEST") from error


def check_destination(dest: Path) -> None:
    """Refuse a place that can never hold a project.

    Raises:
        Refused: It is a file, a symlink, in a directory that is missing or may not be written, or misnamed.
    """
    text = str(dest)
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in dest.parts) or len(os.fsencode(text)) > _LONGEST_PATH:
        raise Refused(dest, "is too long a path: choose a shorter DEST")
    try:
        if not dest.exists() and (problem := portable.name_problem(dest.name)):
            raise Refused(dest, f"{problem}: choose another DEST")
        _check_existing(dest)
    except OSError as error:
        raise Refused(dest, f"cannot be used ({error.strerror or error}): choose another DEST") from error


def _check_existing(dest: Path) -> None:
    if dest.is_symlink():
        raise Refused(dest, "is a symbolic link: give the directory itself as DEST")
    if dest.exists() and not dest.is_dir():
        raise Refused(dest, "is a file: choose another DEST")
    parent = dest.absolute().parent
    if not parent.is_dir():
        raise Refused(parent, "is no directory: make it first, or choose another DEST")
    if not os.access(dest if dest.exists() else parent, os.W_OK | os.X_OK):
        raise Refused(dest if dest.exists() else parent, "may not be written: choose another DEST")


def check_plan(plan: Plan, *, force: bool) -> Plan:
    """Refuse to replace anything unasked, and to write through or over what is no plain file.

    Returns:
        The plan, which now replaces nothing that was not there.

    Raises:
        Refused: The directory is not empty, and `force` is not given; or something that is no plain file or directory
            stands where a file has to go.
    """
    if plan.is_fresh:
        return replace(plan, was_fresh=True)
    changes = plan.changes()
    blocked = [str(path) for path, change in changes.items() if change == "in the way" or is_blocked(plan.dest, path)]
    if blocked and force:
        raise Refused(plan.dest / blocked[0], "is no plain file in a plain directory: move it away first")
    if not force:
        names = ", ".join(str(path) for path, change in changes.items() if change != "new") or "other files"
        raise Refused(plan.dest, f"is not empty ({names}): choose another DEST, or replace with --force")
    return replace(plan, expected={path: None for path, change in changes.items() if change == "new"})


def check_new(plan: Plan, *, except_for: Collection[PurePosixPath]) -> Plan:
    """Refuse to touch anything that is there already.

    Returns:
        The plan, which now replaces nothing but what is expected.

    Raises:
        Refused: Something stands where a file has to go, or what may be replaced is no plain file.
    """
    for path, change in plan.changes().items():
        if (change != "new" and path not in except_for) or change == "in the way" or is_blocked(plan.dest, path):
            raise Refused(
                plan.dest / path, "is there already, or no plain file in a plain directory: move it away first"
            )
    new = {path: None for path in plan.files if path not in except_for}
    return replace(plan, expected={**new, **plan.expected})


def is_blocked(dest: Path, path: PurePosixPath) -> bool:
    """Whether a symlink or a file stands where a directory has to be."""
    parents = [dest / parent for parent in path.parents if parent != PurePosixPath(".")]
    return any(os.path.lexists(parent) and (parent.is_symlink() or not parent.is_dir()) for parent in parents)
