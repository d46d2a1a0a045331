"""Which files are reviewed: what a path names, and the Python files below a folder, never through a link."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scaffold import reading
from scaffold.errors import Refused
from scaffold.review.findings import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EXCLUDED: Final = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pyenv",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "__pypackages__",
    "_build",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "vendor",
    "venv",
)
"""Names of folders that are never gone into: what linters leave out."""

_SUFFIXES: Final = (".py", ".pyw")
_NOTEBOOK: Final = ".ipynb"
_DEEPEST: Final = 100
_MOST: Final = 200_000  # files of a tree


@dataclass(frozen=True)
class Excluded:
    """Patterns of files and folders that a project leaves out."""

    root: Path
    """What patterns with a slash are relative to."""
    patterns: Sequence[str] = ()

    def __contains__(self, path: object) -> bool:
        """Whether a path, or its name, matches one."""
        if not isinstance(path, Path):
            return False
        inside = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()
        return any(
            fnmatch(inside if "/" in pattern.rstrip("/") else path.name, pattern.strip("/"))
            for pattern in self.patterns
        )


@dataclass(frozen=True)
class Listed:
    """Files to review, each as it is opened and as it is shown, and what was left out."""

    files: Sequence[str]
    skipped: Sequence[Skipped]


def python_files(path: str, excluded: Excluded) -> Listed:
    """What a path of the command line names.

    Raises:
        Refused: There is nothing of that name, or too much below it.
    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError) as error:
        raise Refused(Path(path), f"cannot be read: {getattr(error, 'strerror', None) or 'it is no path'}") from error
    if not stat.S_ISDIR(mode):
        return Listed([], [_notebook(_shown(path))]) if path.endswith(_NOTEBOOK) else Listed([_shown(path)], [])
    files: list[str] = []
    skipped: list[Skipped] = []
    for entry in _below(path, excluded, skipped):
        if entry.name.endswith(_NOTEBOOK):
            skipped.append(_notebook(_shown(entry.path)))
        elif entry.name.endswith(_SUFFIXES):
            files.append(_shown(entry.path))
        if len(files) > _MOST:
            raise Refused(Path(path), f"holds more than {_MOST:,} Python files: name the folders to review")
    return Listed(files, skipped)


def _below(root: str, excluded: Excluded, skipped: list[Skipped]) -> Iterator[os.DirEntry[str]]:
    """Files below a folder, in the order of their names; a folder that cannot be listed is one line."""
    waiting: list[tuple[str, int]] = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            entries = reading.listed(Path(folder))
        except reading.Unreadable as error:
            skipped.append(Skipped(_shown(folder), error.reason))
            continue
        below: list[tuple[str, int]] = []
        for entry in entries:
            if entry.is_symlink() or entry.name in EXCLUDED or (excluded.patterns and _absolute(entry) in excluded):
                continue
            if not entry.is_dir():
                yield entry
            elif depth == _DEEPEST:
                skipped.append(Skipped(_shown(entry.path), f"is more than {_DEEPEST} folders deep"))
            else:
                below.append((entry.path, depth + 1))
        waiting += reversed(below)


def _absolute(entry: os.DirEntry[str]) -> Path:
    return Path(os.path.abspath(entry.path))  # noqa: PTH100  # as the patterns are meant: links stay as they are


def _shown(path: str) -> str:
    return path.removeprefix("./").replace(os.sep, "/")


def _notebook(path: str) -> Skipped:
    return Skipped(path, "is a notebook, and not reviewed")
