"""A look at a work tree: what its repository knows, and what has changed since, as git says it."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import NoRepository, RepositoryFault
from scaffold.git import git, looking_environment
from scaffold.portable import is_git
from scaffold.removal import temporary_folder
from scaffold.repositories.borrowed import SpecialFiles, borrow, configuration
from scaffold.repositories.found import copy_plain, opened_plain
from scaffold.repositories.settings import carried, conditional_includes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scaffold.repositories.found import Found

_LARGEST_INDEX = 512 << 20  # bytes; four million files
_LARGEST_PATTERNS = 16 << 20
_MOST_SHARED = 100
_SHARED = re.compile(r"sharedindex\.[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True)
class Looking:
    """A repository of our own beside the work tree of the found one."""

    top: Path
    own: Path

    def tracked(self, below: Path) -> list[PurePosixPath]:
        """The files below a folder that are in the index, relative to it.

        Raises:
            GitFailed: The index cannot be read.
            RepositoryFault: It has a path that leads out of the work tree, or into a `.git`.
        """
        prefix, where = self._within(below)
        names = [name for name in os.fsdecode(self._git("ls-files", "-z", "--cached", *where)).split("\0") if name]
        for name in names:  # git believes its own index; only what adds to it looks at names
            if any(part in {"", ".", ".."} or is_git(part) for part in name.split("/")):
                raise RepositoryFault(self.top, f"has the path {name!a} in its index, which git itself never writes")
        return [PurePosixPath(name.removeprefix(prefix)) for name in names]

    def status(self, below: Path) -> list[tuple[str, PurePosixPath]]:
        """Each change below a folder: git's two letters and the path, relative to it; submodules are left out.

        Raises:
            GitFailed: Objects are missing, or the index cannot be read.
        """
        prefix, where = self._within(below)
        options = ("--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=all", "--no-renames")
        fields = os.fsdecode(self._git("status", *options, *where)).split("\0")
        return [(field[:2], PurePosixPath(field[3:].removeprefix(prefix))) for field in fields if field]

    @property
    def is_split(self) -> bool:
        """Whether the index is in two parts."""
        return any(self.own.glob("sharedindex.*"))

    @cached_property
    def hash_length(self) -> int:
        """The digits of a hash in this repository."""
        return len(self._git("hash-object", "--stdin").strip())

    def staged(self, paths: Sequence[str]) -> list[str]:
        """What the index has of these paths: mode, hash and stage, a tab and the path.

        Raises:
            GitFailed: The index cannot be read.
        """
        listed = self._git("ls-files", "--stage", "-z", "--", *paths) if paths else b""
        return [entry for entry in os.fsdecode(listed).split("\0") if entry]

    def store(self, content: bytes, path: str, *, filtered: bool) -> str:
        """Have a blob among the objects of our own repository; its hash.

        Args:
            content: What the file at `path` holds.
            path: By which attributes and line ends are decided.
            filtered: Whether those count.

        Raises:
            GitFailed: git, or a filter of the user's, refuses it.
        """
        how = ("--path", path) if filtered else ("--no-filters",)
        return self._git("hash-object", "-w", *how, "--stdin", stdin=content).decode("ascii").strip()

    def restage(self, lines: Iterable[str]) -> None:
        """Change our copy of the index, by lines as `git update-index --index-info` reads them.

        Raises:
            GitFailed: git refuses one.
        """
        self._git("update-index", "-z", "--index-info", stdin=os.fsencode("".join(f"{line}\0" for line in lines)))

    def undefined_filters(self, paths: Iterable[PurePosixPath], below: Path) -> list[str]:
        """The filters that attributes name for some files and that the user's own configuration does not define.

        What the repository itself defines is not run, so a file behind it counts as changed once it was touched.
        """
        prefix, _ = self._within(below)
        names = b"".join(os.fsencode(f"{prefix}{path}") + b"\0" for path in paths)
        fields = os.fsdecode(self._git("check-attr", "-z", "--stdin", "filter", stdin=names)).split("\0")
        named = {value for value in fields[2::3] if value not in {"unspecified", "unset", "set"}}
        known = os.fsdecode(self._git("config", "-z", "--name-only", "--list")).split("\0")
        return sorted(name for name in named if not any(key.startswith(f"filter.{name}.") for key in known))

    def _within(self, below: Path) -> tuple[str, Sequence[str]]:
        inside = Path(os.path.realpath(below)).relative_to(self.top).as_posix()
        return ("", ()) if inside == "." else (f"{inside}/", ("--", inside))

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        where = ("--git-dir", self.own, "--work-tree", self.top, "--literal-pathspecs", "--no-optional-locks")
        suspects = SpecialFiles(self.own / "objects", self.top).reason
        return git(*where, *arguments, cwd=self.top, env=looking_environment(), stdin=stdin, suspects=suspects)[1]


@contextmanager
def looking(found: Found) -> Iterator[Looking]:
    """Look at the work tree of a repository.

    The user's own configuration holds: their ignore file, line ends, and filters such as git-lfs.

    Raises:
        NoRepository: It has no work tree.
        RepositoryFault: It cannot be read.
    """
    if found.top is None:
        raise NoRepository(found.git)
    with temporary_folder("scaffold-look-") as own:
        includes = conditional_includes(found.git)
        borrow(found, own, refs={}, settings=configuration(carried(found), includes=includes, comparing=True))
        _copy_index(found, own)
        (own / "info").mkdir()
        for name, source in (("exclude", found.common), ("attributes", found.common), ("sparse-checkout", found.git)):
            copy_plain(source / "info" / name, own / "info" / name, _LARGEST_PATTERNS)
        yield Looking(found.top, own)


def _copy_index(found: Found, own: Path) -> None:
    """With its time: git compares the files' times with it. Of a split index, both parts."""
    if not copy_plain(found.git / "index", own / "index", _LARGEST_INDEX):
        return
    shared = [file.name for file in found.git.iterdir() if _SHARED.fullmatch(file.name)][:_MOST_SHARED]
    if shared:
        with opened_plain(own / "index", _LARGEST_INDEX) as opened:
            content = b"" if opened is None else opened.read()
        for name in shared:
            if bytes.fromhex(name.partition(".")[2]) in content:
                copy_plain(found.git / name, own / name, _LARGEST_INDEX)
