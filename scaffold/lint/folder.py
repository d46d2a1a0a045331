"""The files of a template: listed within limits, and never through a link."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.copierfmt.value import Place
from scaffold.errors import Refused
from scaffold.lint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LARGEST_FILE = 512 * 1024  # bytes; a template's file has some kB
_MOST_TEXT = 32 * 1024 * 1024  # bytes in all
_MOST_FILES = 10_000
_DEEPEST = 50

_CONFIG_NAMES = ("copier.yml", "copier.yaml")


@dataclass(frozen=True)
class Folder:
    """What lies below a template's root. Paths are relative to it and have forward slashes."""

    root: Path
    files: tuple[str, ...]
    """Regular files."""
    links: Mapping[str, bool]
    """Symbolic links, and whether they stay inside."""

    @property
    def config_files(self) -> tuple[str, ...]:
        """The names of configuration files that are there."""
        return tuple(name for name in self.files if name.lower() in _CONFIG_NAMES)

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the files as such."""
        for name in self.config_files[1:]:
            yield Problem("S003", Place(name), f"stands beside {self.config_files[0]}")


def list_folder(root: Path) -> Folder:
    """List a template's files.

    Raises:
        Refused: There is no copier.yml, or too much to look at.
    """
    if not root.is_dir():
        raise Refused(root, "is no folder")
    files: list[str] = []
    links: dict[str, bool] = {}
    folders = 0
    try:
        for path, kind in _below(root):
            if kind == "link":
                links[path] = _stays_inside(root, path)
            elif kind == "file":
                files.append(path)
            else:
                folders += 1
            if len(files) + len(links) > _MOST_FILES or folders > _MOST_FILES:
                raise Refused(root, f"holds more than {_MOST_FILES:,} files: name the template's own folder")
    except (OSError, reading.Unreadable) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise Refused(root, f"cannot be read: {reason}") from error
    folder = Folder(root, tuple(sorted(files)), dict(sorted(links.items())))
    if not folder.config_files:
        raise Refused(root, "is no template: it has no file copier.yml")
    return folder


def _below(root: Path, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every file, link and folder below a folder, and which of them it is; `.git` is left out."""
    if depth > _DEEPEST:
        raise Refused(root, f"has folders more than {_DEEPEST} deep")
    for entry in reading.listed(root / prefix):
        if entry.is_symlink():
            yield prefix + entry.name, "link"
        elif entry.is_dir():
            if entry.name != ".git":
                yield prefix + entry.name, "folder"
                yield from _below(root, f"{prefix}{entry.name}/", depth + 1)
        elif entry.is_file():
            yield prefix + entry.name, "file"


def _stays_inside(root: Path, link: str) -> bool:
    try:
        (root / link).stat()
    except OSError as error:
        if error.errno == errno.ELOOP:  # also where it leads through more than 40 links, which resolve() would walk
            return False
    try:
        return (root / link).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a loop
        return False


class Texts:
    """The files that were read, each once."""

    def __init__(self, folder: Folder, *, keep_undecodable: bool) -> None:
        self._folder = folder
        self._keep_undecodable = keep_undecodable
        self._read: dict[str, str | None] = {}
        self._total = 0
        self.problems: list[Problem] = []

    def __getitem__(self, path: str) -> str | None:
        """A file's text; none where it is too large or no text, which is noted as a problem."""
        if path not in self._read:
            self._read[path] = self._text(path)
        return self._read[path]

    def known(self) -> Mapping[str, str]:
        """All texts so far."""
        return {path: text for path, text in self._read.items() if text is not None}

    def _text(self, path: str) -> str | None:
        try:
            content = reading.read_start(self._folder.root / path, LARGEST_FILE + 1, follow=False)
        except reading.Unreadable as error:
            self.problems.append(Problem("S007", Place(path), f"cannot be read: {error.reason}"))
            return None
        if self._keep_undecodable and b"\0" in content:
            return None
        if len(content) > LARGEST_FILE:
            self.problems.append(Problem("S007", Place(path), f"is larger than {LARGEST_FILE // 1024} kB"))
            return None
        self._total += len(content)
        if self._total > _MOST_TEXT:
            raise Refused(self._folder.root, f"has more than {_MOST_TEXT // 1024 // 1024} MB of templates")
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            if not self._keep_undecodable:
                line = content.count(b"\n", 0, error.start) + 1
                self.problems.append(Problem("S005", Place(path, line), "is a template and not UTF-8"))
            return None
