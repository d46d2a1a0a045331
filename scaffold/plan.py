"""What will be written and where, and everything that can be refused before the first byte is."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold import portable, reading, shell
from scaffold.errors import BadAnswer, Refused

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
    in_clone: bool = False
    """Whether it is for a directory with nothing but what a fresh clone has (scaffold/clone.py)."""
    kept: frozenset[PurePosixPath] = frozenset()
    """Those of the files that are there already, and stay as they are."""
    modes: Mapping[PurePosixPath, int] = field(default_factory=dict)
    """Permissions, where they are known; LINK (scaffold/writing/nofollow.py) for a symbolic link."""
    folders: tuple[PurePosixPath, ...] = ()
    """Folders in which there is no file."""
    folders_gone: tuple[PurePosixPath, ...] = ()
    """Folders that will be gone, with those above them, as far as nothing is in them."""

    @property
    def is_fresh(self) -> bool:
        """Whether the directory is still to be made, or empty."""
        return not self.dest.exists() or is_empty(self.dest)

    @property
    def written(self) -> Mapping[PurePosixPath, bytes]:
        """The files without those that are kept."""
        return {path: content for path, content in self.files.items() if path not in self.kept}

    @property
    def missing_parents(self) -> list[Path]:
        """The directories above it that are still to be made, the outermost first."""
        return missing_above(self.dest)

    def changes(self) -> dict[PurePosixPath, str]:
        """What would happen to each file: new, replaced, unchanged or kept."""
        return {path: "kept" if path in self.kept else self._change(path) for path in self.files}

    @property
    def blocked_folders(self) -> list[PurePosixPath]:
        """Those of the folders in whose place something else stands."""
        return [folder for folder in self.folders if is_blocked(self.dest, folder / "file")]

    def _change(self, path: PurePosixPath) -> str:
        target = self.dest / path
        if not os.path.lexists(target):
            return "new"
        if stat.S_ISLNK(self.modes.get(path, 0)):
            return self._change_of_link(path, target)
        if target.is_symlink() or not target.is_file():
            return "in the way"
        try:
            present = reading.read_limited(target, len(self.files[path]), follow=False)
        except reading.TooLarge:
            return "replaced"
        except reading.Unreadable:
            return "in the way"
        return "unchanged" if present == self.files[path] else "replaced"

    def _change_of_link(self, path: PurePosixPath, target: Path) -> str:
        """As that of a file; whatever else stands there is not replaced by a link."""
        same = target.is_symlink() and os.fsencode(os.readlink(target)) == self.files[path]  # noqa: PTH115  # as written
        return "unchanged" if same else "in the way"


def missing_above(dest: Path) -> list[Path]:
    """The directories above a place that do not exist yet, the outermost first."""
    parents = dest.absolute().parents
    return [folder for folder in reversed(parents) if not os.path.lexists(folder)]


def is_empty(folder: Path) -> bool:
    """Whether nothing is in a folder, however much might be.

    Raises:
        Refused: It cannot be listed.
    """
    try:
        return next(reading.entries(folder), None) is None
    except reading.Unreadable as error:
        raise Refused(folder, f"cannot be listed ({error.reason}): choose another DEST") from error


def check_destination(dest: Path, called: str = "DEST") -> None:
    """Refuse a place that can never hold a project.

    Args:
        dest: The place.
        called: The argument that named it.

    Raises:
        BadAnswer: No directory can be called that, here or on another system.
        Refused: It is a file, a symlink, or in a directory that is missing or may not be written.
    """
    text = str(dest)
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in dest.parts) or len(os.fsencode(text)) > _LONGEST_PATH:
        raise BadAnswer(called, text, "is too long a path: choose a shorter one")
    try:
        for folder in (*missing_above(dest), *([] if dest.exists() else [dest])):
            if problem := portable.name_problem(folder.name):
                raise BadAnswer(called, str(folder), f"{problem}: choose another")
        _check_existing(dest, called)
    except OSError as error:
        raise Refused(dest, f"cannot be used ({error.strerror or error}): choose another {called}") from error


def _check_existing(dest: Path, called: str) -> None:
    if dest.is_symlink():
        raise Refused(dest, f"is a symbolic link: give the directory itself as {called}")
    if dest.exists() and not dest.is_dir():
        raise Refused(dest, f"is a file: choose another {called}")
    nearest = next(folder for folder in dest.absolute().parents if os.path.lexists(folder))
    if not nearest.is_dir():
        raise Refused(nearest, f"is no directory: choose another {called}")
    if not os.access(dest if dest.exists() else nearest, os.W_OK | os.X_OK):
        raise Refused(dest if dest.exists() else nearest, f"may not be written: choose another {called}")


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
    if plan.in_clone and not force:
        return check_new(plan, except_for=plan.kept)
    changes = plan.changes()
    blocked = [str(path) for path, change in changes.items() if change == "in the way" or is_blocked(plan.dest, path)]
    blocked += map(str, plan.blocked_folders)
    if blocked and force:
        raise Refused(plan.dest / blocked[0], "is no plain file in a plain directory: move it away first")
    if not force:
        names = ", ".join(str(path) for path, change in changes.items() if change != "new") or "other files"
        raise _not_empty(plan.dest, names)
    return replace(plan, expected={path: None for path, change in changes.items() if change == "new"})


def _not_empty(dest: Path, names: str) -> Refused:
    place = shell.path_word(dest)
    other = shell.quoted(shell.path_word(_free_beside(dest)))
    return Refused(
        dest,
        f"is not empty ({names}): choose another DEST, such as {other}, add a module to what is there"
        f" ({shell.command(['scaffold', 'add', place])}), or replace with --force",
    )


def _free_beside(dest: Path) -> Path:
    """A name beside the directory that is not taken."""
    named = dest if dest.name not in {"", ".."} else Path(os.pardir, dest.resolve().name)
    numbered = (named.with_name(f"{named.name}-{number}") for number in range(2, 10_000))
    return next((path for path in numbered if not os.path.lexists(path)), named)


def check_new(plan: Plan, *, except_for: Collection[PurePosixPath]) -> Plan:
    """Refuse to touch anything that is there already.

    Returns:
        The plan, which now replaces nothing but what is expected.

    Raises:
        Refused: Something stands where a file has to go, or what may be replaced is no plain file.
    """
    taken = [
        path
        for path, change in plan.changes().items()
        if (change != "new" and path not in except_for) or change == "in the way" or is_blocked(plan.dest, path)
    ]
    for path in (*taken, *plan.blocked_folders):
        raise Refused(plan.dest / path, "is there already, or no plain file in a plain directory: move it away first")
    new = {path: None for path in plan.files if path not in except_for}
    return replace(plan, expected={**new, **plan.expected})


def is_blocked(dest: Path, path: PurePosixPath) -> bool:
    """Whether a symlink or a file stands where a directory has to be."""
    parents = [dest / parent for parent in path.parents if parent != PurePosixPath(".")]
    return any(os.path.lexists(parent) and (parent.is_symlink() or not parent.is_dir()) for parent in parents)
