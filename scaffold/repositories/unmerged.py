"""Conflicts as git knows them: the three sides of a file in the index of a found repository, written without its git.

The index is copied to a repository of our own, changed there, and put in its place under git's own lock; the blobs that
it names are added to the objects. Where that is not safe, or not simple, nothing is written and the reason is said.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import NoRepository, RepositoryFault
from scaffold.repositories.found import find, read_line
from scaffold.repositories.looking import looking
from scaffold.repositories.settings import carried
from scaffold.writing.nofollow import Directory

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from scaffold.repositories.found import Found
    from scaffold.repositories.looking import Looking

_LINK = "120000"
_LOOSE = re.compile(r"[0-9a-f]{38}(?:[0-9a-f]{24})?")
_BASE, _OURS, _THEIRS = "1", "2", "3"


@dataclass(frozen=True)
class Side:
    """A file as one side of a conflict has it."""

    mode: str
    """As git writes it: 100644, 100755 or 120000."""
    content: bytes


@dataclass(frozen=True)
class Conflict:
    """A file that could not be merged; what the repository has of it by now is the third side."""

    was: PurePosixPath
    """What the repository knows it by: its name before, where it is renamed."""
    base: Side | None
    theirs: Side


def mark(root: Path, conflicts: Mapping[PurePosixPath, Conflict]) -> bool:
    """Have the files unmerged in the index of the repository around a project.

    Args:
        root: The project.
        conflicts: By their paths in it. What git does not know yet, or knows as unmerged already, is left alone.

    Returns:
        Whether there was one to mark.

    Raises:
        RepositoryFault: The index is not one that is changed here, or by another git at this moment.
        GitFailed: git cannot read it, or refuses a content.
        NoRepository: There is none.
    """
    with _changing(root) as index:
        entries = index.entries([conflict.was for conflict in conflicts.values()])
        lines: list[str] = []
        for path, conflict in conflicts.items():
            stages = entries.get(conflict.was, {})
            if stages.keys() == {"0"}:
                lines += index.unmerged(path, conflict, stages["0"])
        index.rewrite(lines)
        return bool(lines)


def settle(root: Path, *, restored: Collection[PurePosixPath], deleted: Collection[PurePosixPath]) -> None:
    """Take back what `mark` did to these files; what the user has added since is left alone.

    Args:
        root: The project.
        restored: Files that hold again what they held before.
        deleted: Files that were not there before.

    Raises:
        RepositoryFault: As for `mark`.
        GitFailed: As for `mark`.
        NoRepository: As for `mark`.
    """
    with _changing(root) as index:
        lines: list[str] = []
        for path, stages in index.entries([*restored, *deleted]).items():
            if _OURS in stages:
                lines.append(index.removal(path))
                if path not in deleted:
                    lines.append(index.line(stages[_OURS], "0", path))
        index.rewrite(lines)


class _Index:
    """The copy of an index, and a repository of our own around it."""

    def __init__(self, look: Looking, root: Path) -> None:
        self._look = look
        inside = Path(os.path.realpath(root)).relative_to(look.top).as_posix()
        self._prefix = "" if inside == "." else f"{inside}/"
        self.is_changed = False

    def entries(self, paths: Sequence[PurePosixPath]) -> dict[PurePosixPath, dict[str, str]]:
        """For each path that the index has, mode and hash by stage."""
        found: dict[PurePosixPath, dict[str, str]] = {}
        for entry in self._look.staged([f"{self._prefix}{path}" for path in paths]):
            about, _, name = entry.partition("\t")
            mode, hash_, stage = about.split(" ")
            path = next(path for path in paths if f"{self._prefix}{path}" == name)
            found.setdefault(path, {})[stage] = f"{mode} {hash_}"
        return found

    def unmerged(self, path: PurePosixPath, conflict: Conflict, ours: str) -> Iterator[str]:
        """The three sides in place of what is there."""
        yield self.removal(path)
        if conflict.base is not None:
            yield self.line(self._stored(conflict.base, path), _BASE, path)
        yield self.line(ours, _OURS, path)
        yield self.line(self._stored(conflict.theirs, path), _THEIRS, path)

    def removal(self, path: PurePosixPath) -> str:
        """The line that takes every stage of a path away."""
        return f"0 {'0' * self._look.hash_length}\t{self._prefix}{path}"

    def line(self, blob: str, stage: str, path: PurePosixPath) -> str:
        """The line for a mode and a hash at a stage of a path."""
        return f"{blob} {stage}\t{self._prefix}{path}"

    def _stored(self, side: Side, path: PurePosixPath) -> str:
        hash_ = self._look.store(side.content, f"{self._prefix}{path}", filtered=side.mode != _LINK)
        return f"{side.mode} {hash_}"

    def rewrite(self, lines: Sequence[str]) -> None:
        """Change the copy."""
        if lines:
            self._look.restage(lines)
            self.is_changed = True


@contextmanager
def _changing(root: Path) -> Iterator[_Index]:
    """The index around a folder; what was changed in it is put in place at the end."""
    found = find(root)
    _check(found)
    try:
        with Directory.opened(found.git) as folder, looking(found) as look:
            if look.is_split:
                raise RepositoryFault(found.shown, "has a split index")
            index = _Index(look, root)
            before = folder.read("index")
            if before is None or before.data != (look.own / "index").read_bytes():
                raise RepositoryFault(found.shown, "has an index that is being changed by another git")
            yield index
            if not index.is_changed:
                return
            _give_objects(found, look)
            try:
                folder.write_new("index.lock", (look.own / "index").read_bytes(), like=before)
            except FileExistsError as error:
                reason = f"is being changed by another git, which holds {found.git / 'index.lock'}"
                raise RepositoryFault(found.shown, reason) from error
            try:
                if folder.read("index") != before:
                    raise RepositoryFault(found.shown, "got another index in the meantime")
                folder.rename("index.lock", folder, "index")
                folder.sync()
            finally:
                with suppress(FileNotFoundError):
                    folder.unlink("index.lock")
    except OSError as error:
        reason = f"cannot be written ({error.filename or found.git}: {error.strerror})"
        raise RepositoryFault(found.shown, reason) from error


def _check(found: Found) -> None:
    """Refuse what would lead a write elsewhere than into the work tree's own repository, and another form of index."""
    if found.top is None:
        raise NoRepository(found.git)
    if found.git != found.top / ".git" or found.git.is_symlink():
        back = read_line(found.git / "gitdir")
        is_linked = back is not None and Path(os.path.realpath(back)) == Path(os.path.realpath(found.top / ".git"))
        if not is_linked or found.common != found.git.parent.parent:
            raise RepositoryFault(found.shown, f"has its repository in {str(found.common)!r}")
    elif found.common != found.git:
        raise RepositoryFault(found.shown, f"shares the repository {str(found.common)!r}")
    settings = carried(found)
    if any(settings.get(name) in {"true", "yes", "on", "1"} for name in ("core.sparsecheckout", "index.sparse")):
        raise RepositoryFault(found.shown, "has a sparse checkout")


def _give_objects(found: Found, look: Looking) -> None:
    """Copy the blobs that our repository has beyond the other's; no link in there is followed."""
    with Directory.opened(found.common) as common:
        for folder in sorted((look.own / "objects").glob("[0-9a-f][0-9a-f]")):
            for blob in sorted(folder.iterdir()):
                if _LOOSE.fullmatch(blob.name):
                    with common.inside(f"objects/{folder.name}/{blob.name}", make=True) as (place, name):
                        _put(place, name, blob)


def _put(place: Directory, name: str, blob: Path) -> None:
    if place.exists(name):
        return
    temporary = f"tmp_obj_{os.getpid()}"  # git gc removes what begins with tmp_obj_
    try:
        place.write_new(temporary, blob.read_bytes(), mode=0o444)
        place.rename(temporary, place, name)
        place.sync()
    finally:
        with suppress(FileNotFoundError):
            place.unlink(temporary)
