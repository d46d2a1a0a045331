"""What a commit of somebody else's holds, looked at before it is written: how much, and which submodules."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from scaffold.errors import Refused
from scaffold.git import streaming
from scaffold.repositories.borrowed import SpecialFiles
from scaffold.sources.errors import BadSource
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LARGEST = 500 << 20  # bytes of all files of one version; a template has some hundred thousand
_MOST_FILES = 100_000
_LONGEST_LIST = 32 << 20  # bytes
_MOST_SUBMODULES = 50
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Entry:
    """A line of `git ls-tree`."""

    mode: str
    hash: str
    """The content's; of a submodule its commit's."""
    size: int
    path: str

    @property
    def is_submodule(self) -> bool:
        """Whether it stands for a commit of another repository."""
        return self.mode == "160000"


@dataclass
class Budget:
    """What may still be written, of a template and of its submodules together."""

    size: int = _LARGEST
    files: int = _MOST_FILES
    list_size: int = _LONGEST_LIST
    submodules: int = _MOST_SUBMODULES

    def take(self, entry: Entry, source: str) -> None:
        """Count an entry.

        Raises:
            BadSource: It is one too many.
        """
        self.size -= entry.size
        self.files -= 1
        if self.size < 0:
            raise BadSource(source, f"is too large for a template: over {_LARGEST >> 20} MiB")
        if self.files < 0:
            raise BadSource(source, f"has too many files and folders for a template: over {_MOST_FILES:,}")

    def take_submodule(self, source: str) -> int:
        """Count a submodule; how many more there may be.

        Raises:
            BadSource: It is one too many.
        """
        self.submodules -= 1
        if self.submodules < 0:
            raise BadSource(source, f"has too many submodules for a template: over {_MOST_SUBMODULES}")
        return self.submodules


@dataclass
class Listing:
    """What matters of a commit before it is written."""

    submodules: dict[str, str] = field(default_factory=dict)
    """Path to commit."""
    gitmodules: Entry | None = None


def look_through(history: Path, commit: str, env: Mapping[str, str], budget: Budget, source: str) -> Listing:
    """Count all that a commit holds, as far as the budget goes: some trees within trees are any number of files.

    Raises:
        BadSource: It holds more than a template may.
        Refused: It cannot be read whole.
        GitFailed: git waits for something in place of an object.
    """
    found = Listing()
    # With its folders: a tree of empty ones has no end either, and no file.
    command = ("ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit)
    waits = SpecialFiles(history / "objects").reason
    with streaming("--git-dir", history, *command, cwd=history, env=env, suspects=waits) as process:
        assert process.stdout is not None
        for entry in map(_entry, _records(process.stdout, budget, source)):
            budget.take(entry, source)
            if entry.is_submodule:
                found.submodules[entry.path] = entry.hash
            elif entry.path == ".gitmodules":
                found.gitmodules = entry
    if process.returncode != 0:
        raise unwritable(source, "some of its objects are missing or broken")
    return found


def unwritable(source: str, reason: str) -> Refused:
    """What is said of a version whose files git does not write."""
    return Refused(f"the files of {source}", f"cannot be written: {one_line(reason)}; its owner must fix them")


def _records(stream: IO[bytes], budget: Budget, source: str) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(_CHUNK):
        budget.list_size -= len(chunk)
        if budget.list_size < 0:
            raise BadSource(source, "has too many or too long names of files for a template")
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole


def _entry(record: bytes) -> Entry:
    described, _, path = record.partition(b"\t")
    mode, _, hash_, size = described.decode("ascii").split()
    return Entry(mode, hash_, int(size) if size.isdecimal() else 0, os.fsdecode(path))
