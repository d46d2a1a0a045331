"""The files of a template: listed within limits, and never through a link."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.copierfmt.reader import is_config_name
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

_SUBMODULE = re.compile(r'^[ \t]*path[ \t]*=[ \t]*"?([^"\n]+?)"?[ \t]*$', re.MULTILINE)


@dataclass(frozen=True)
class Folder:
    """What lies below a template's root. Paths are relative to it and have forward slashes."""

    root: Path
    files: tuple[str, ...]
    """Regular files."""
    links: Mapping[str, str]
    """Symbolic links, and why Copier cannot follow them; nothing where it can."""

    @property
    def config_files(self) -> tuple[str, ...]:
        """The names of configuration files that are there."""
        return tuple(name for name in self.files if is_config_name(name))

    @cached_property
    def empty_submodules(self) -> tuple[str, ...]:
        """Folders of git submodules that are not checked out: what lies in them is not known."""
        if ".gitmodules" not in self.files:
            return ()
        try:
            text = reading.read_start(self.root / ".gitmodules", LARGEST_FILE, follow=False).decode("utf-8", "replace")
        except reading.Unreadable:
            return ()
        paths = (f"{path.strip('/')}/" for path in _SUBMODULE.findall(text))
        return tuple(path for path in paths if not any(name.startswith(path) for name in self.files))

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
    links: dict[str, str] = {}
    folders = 0
    try:
        for path, kind in _below(root):
            if kind == "link":
                links[path] = _why_not_followed(root, path)
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


def _why_not_followed(root: Path, name: str) -> str:
    link = root / name
    is_there = True
    try:
        link.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:  # asked of the system: resolve() walks any number of links, or gives one back
            return "is a link to itself, or one of more than 40 in a row"
        is_there = False
    try:
        target, top, parent = link.resolve(), root.resolve(), link.parent.resolve()
    except (OSError, RuntimeError):
        return "is a link that cannot be followed"
    if not target.is_relative_to(top):
        return "is a link to a place outside the template"
    if parent.is_relative_to(target):
        return "is a link to a folder that it lies in"
    return "" if is_there else "is a link to nothing"


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
