"""A repository of our own that has the history of a found one, without its configuration.

git is run in ours. It borrows the other's objects (`objects/info/alternates`), and has copies of its refs. So no key of
the other's configuration is read by git, known or not, in any version: no filter, monitor, hook, command for ssh or a
proxy, program for differences or signatures, alias, promisor remote, `core.worktree` or `include` (docs/adr/0011).
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import RepositoryFault
from scaffold.git import git, reading_environment
from scaffold.removal import temporary_folder
from scaffold.repositories.found import read_plain
from scaffold.repositories.refs import HASH, packed_text, read_head, read_refs
from scaffold.repositories.settings import carried

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scaffold.repositories.found import Found
    from scaffold.repositories.refs import Head

_LARGEST_LIST = 1 << 20  # bytes of alternates or of `shallow`
_MOST_ALTERNATES = 50
_MOST_ENTRIES = 100_000
_SPECIAL = "git waits for {!r}, which is not a regular file: remove it"


@dataclass(frozen=True)
class Borrowed:
    """git with a repository of our own in place of the found one."""

    found: Found
    own: Path
    """Its git folder."""
    head: Head

    @property
    def is_shallow(self) -> bool:
        """Whether a part of the history is missing on purpose."""
        return (self.own / "shallow").exists()

    def git(self, *arguments: str | Path, accept: range = range(1)) -> tuple[int, bytes]:
        """Run git in it; its exit code and what it printed.

        Raises:
            GitFailed: It failed: objects may be missing or broken, and nothing is fetched.
        """
        suspects = SpecialFiles(self.own / "objects").reason
        where = ("--git-dir", self.own)
        return git(*where, *arguments, cwd=self.own, env=reading_environment(), accept=accept, suspects=suspects)

    def contains(self, name: str, commit: str) -> bool:
        """Whether a commit belongs to the history of another one; no, where one of the two is not there."""
        code, _ = self.git("merge-base", "--is-ancestor", commit, name, accept=range(129))
        return code == 0


@contextmanager
def borrowed(found: Found) -> Iterator[Borrowed]:
    """The history of a found repository, as long as it is needed.

    Raises:
        RepositoryFault: It cannot be read.
    """
    with temporary_folder("scaffold-look-") as own:
        yield borrow(found, own)


def borrow(found: Found, own: Path, *, refs: Mapping[str, str] | None = None, settings: str | None = None) -> Borrowed:
    """Make the empty folder `own` a git folder that has the history of a found repository.

    Args:
        found: Whose history.
        own: Where.
        refs: Those to have beside HEAD; by default branches and tags.
        settings: The configuration, in git's form; by default as for a new repository.

    Raises:
        RepositoryFault: It cannot be read.
    """
    head = read_head(found)
    chain = object_folders(found.common / "objects")
    for part in ("objects", "objects/info", "refs"):
        (own / part).mkdir()
    (own / "config").write_bytes(os.fsencode(configuration(carried(found)) if settings is None else settings))
    (own / "objects" / "info" / "alternates").write_bytes(b"".join(_quoted(folder) + b"\n" for folder in chain))
    _copy_shallow(found, own)
    known = dict(_history(found) if refs is None else refs)
    if head.branch is not None and head.commit is not None:
        known[head.branch] = head.commit
    (own / "packed-refs").write_bytes(packed_text(known))
    (own / "HEAD").write_bytes(os.fsencode(f"{_head_text(head)}\n"))
    return Borrowed(found, own, head)


def configuration(harmless: Mapping[str, str], *, includes: Sequence[str] = (), comparing: bool = False) -> str:
    """The configuration of a repository of our own.

    Args:
        harmless: The settings of the found one that may count.
        includes: Files of the user's to include.
        comparing: Take all that changes how files are compared, not just the kind of hashes.
    """
    lines = ["[core]", "repositoryformatversion = 1", "bare = false"]
    lines += [f"[include]\npath = {_quoted(Path(file)).decode('utf-8', 'surrogateescape')}" for file in includes]
    for key, value in {"extensions.objectformat": "sha1", **harmless}.items():
        section, _, name = key.partition(".")
        if comparing or section == "extensions":
            lines.append(f"[{section}]\n{name} = {value}")
    return "\n".join([*lines, ""])


def _copy_shallow(found: Found, own: Path) -> None:
    """Only what it may hold: git shows a line that it does not understand, and a link may lead to anything."""
    content = read_plain(found.common / "shallow", _LARGEST_LIST)
    if content is not None:
        if not all(HASH.fullmatch(line) for line in content.decode("ascii", "replace").split()):
            raise RepositoryFault(found.common / "shallow", "must hold hashes only")
        (own / "shallow").write_bytes(content)


def _history(found: Found) -> dict[str, str]:
    """Branches and tags; what replaces objects, for example, would count in our repository, too."""
    return {name: hash_ for name, hash_ in read_refs(found).items() if name.startswith(("refs/heads/", "refs/tags/"))}


def _head_text(head: Head) -> str:
    if head.branch is not None and head.branch.startswith("refs/"):
        return f"ref: {head.branch}"
    return head.commit or "ref: refs/heads/main"


def object_folders(first: Path) -> list[Path]:
    """Where a repository's objects are: its own folder, and those from which it borrows itself.

    Raises:
        RepositoryFault: A list of them, or a pack, is not a regular file; there are too many.
    """
    folders = [Path(os.path.realpath(first))]
    for folder in folders:  # it grows
        content = read_plain(folder / "info" / "alternates", _LARGEST_LIST) or b""
        for line in content.split(b"\n"):
            other = Path(os.path.realpath(folder / os.fsdecode(_unquoted(line)))) if line.strip(b"\r#\0") else None
            if other is not None and line[:1] != b"#" and other not in folders and other.is_dir():
                folders.append(other)
        if len(folders) > _MOST_ALTERNATES:
            raise RepositoryFault(first, f"borrows objects from more than {_MOST_ALTERNATES} folders")
        for place in ("info", "info/commit-graphs", "pack"):
            _refuse_special(folder / place)
    return folders


def _refuse_special(folder: Path) -> None:
    """Refuse what git would open for its name, and wait for."""
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if not entry.is_file() and not entry.is_dir():
                    raise RepositoryFault(Path(entry.path), "must be a regular file")
                if number > _MOST_ENTRIES:
                    raise RepositoryFault(folder, f"has more than {_MOST_ENTRIES:,} entries")
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise RepositoryFault(folder, f"cannot be read: {error.strerror}") from error


def _quoted(path: Path) -> bytes:
    raw = os.fsencode(path)
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def _unquoted(line: bytes) -> bytes:
    if not line.startswith(b'"'):
        return line
    return (
        line.strip()
        .strip(b'"')
        .replace(b'\\"', b'"')
        .replace(b"\\n", b"\n")
        .replace(b"\\\\", b"\\")
        .replace(b"\0", b"")
    )


class SpecialFiles:
    """A search for pipes and devices, where git takes longer than it should: it opens those, and waits for ever."""

    def __init__(self, objects: Path, work_tree: Path | None = None) -> None:
        self._objects = objects
        self._work_tree = work_tree

    def reason(self) -> str | None:
        """What git waits for; None where nothing of that kind is found."""
        for folder in [*object_folders(self._objects)[1:], *([self._work_tree] if self._work_tree else [])]:
            for place, _, names in os.walk(folder):
                for name in names:
                    if (folder is self._work_tree) <= (name.startswith(".git") or "/.git" in place) and _is_special(
                        file := os.path.join(place, name)  # noqa: PTH118  # there may be a million
                    ):
                        return _SPECIAL.format(file)
        return None


def _is_special(file: str) -> bool:
    try:
        mode = os.stat(file).st_mode  # noqa: PTH116  # there may be a million
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
