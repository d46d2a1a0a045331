"""Reading folders that somebody else has filled: every name and kind of file is looked at before anything is read.

Links are not followed, nothing but plain files is opened, and names are refused that mean something else on another
system, to git, or to a terminal.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold import portable, reading
from scaffold.errors import TemplateFault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from scaffold.foreign.checkout import Limits

_LONGEST_PATH = 1_000  # bytes; leaves room below PATH_MAX for wherever the project goes
_PERMISSIONS = 0o777  # never set-user-ID or set-group-ID
_LONGEST_NAME = 255  # bytes; the limit of every common file system


@dataclass(frozen=True)
class Entry:
    """A plain file, a symbolic link, or a folder with nothing in it."""

    path: PurePosixPath
    content: bytes
    """Of a link: what it names."""
    mode: int
    """As git has it: S_IFLNK for a link, S_IFDIR for a folder, and of a file its permissions."""

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == stat.S_IFLNK

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder with nothing in it."""
        return self.mode == stat.S_IFDIR


def path_problem(path: PurePosixPath, *, depth: int, rendered: bool, submodules: bool = False) -> str | None:
    """What is wrong with a path, or None; before it is rendered its last part may be a Jinja expression.

    Where `submodules` may be, a name may be `.git`.
    """
    if len(os.fsencode(str(path))) > _LONGEST_PATH:
        return f"is a path longer than {_LONGEST_PATH} bytes"
    if len(path.parts) > depth:
        return f"lies deeper than {depth} folders"
    names = (name for name in path.parts if not submodules or name != ".git")
    return next(filter(None, (_name_problem(name, rendered=rendered) for name in names)), None)


def _name_problem(name: str, *, rendered: bool) -> str | None:
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    if portable.is_git(name):
        return "is what git keeps its own files in"
    if length > _LONGEST_NAME:
        return f"has a name longer than {_LONGEST_NAME} bytes"
    if rendered:
        return portable.name_problem(name) or portable.shell_problem(name)
    return portable.hidden_problem(name)


def read(
    root: Path, limits: Limits, *, rendered: bool, without: Iterable[str] = (), submodules: bool = False
) -> Iterator[Entry]:
    """Every file, link and empty folder below `root`, in the order of their names.

    Args:
        root: A folder.
        limits: How much of what may be there.
        rendered: It is what a template became; else it is a template, where names may be expressions.
        without: Names in `root` itself that are passed over.
        submodules: Names may be `.git`, as the file at the top of each is called.

    Raises:
        TemplateFault: There is something that no project or template should hold.
    """
    skipped = frozenset(without)
    budget = _Budget(limits)
    problem = partial(path_problem, depth=limits.depth, rendered=rendered, submodules=submodules)
    for path in _walk(root, PurePosixPath(), skipped, budget, problem):
        budget.count(path)
        entry = _entry(root / path, path, limits)
        budget.add(path, len(entry.content))
        yield entry


def fingerprint(entry: Entry) -> str:
    """A line that differs when the name, the content, or whether it is a program or a link does."""
    kind = "link" if entry.is_link else "program" if entry.mode & stat.S_IXUSR else "file"
    return f"{kind} {entry.path}\0{sha256(entry.content).hexdigest()}\n"


def write(entry: Entry, root: Path) -> None:
    """Write an entry to its place in a folder of our own, which nobody else can change."""
    file = root / entry.path
    file.parent.mkdir(parents=True, exist_ok=True)
    if entry.is_folder:
        file.mkdir(exist_ok=True)
    elif entry.is_link:
        file.symlink_to(os.fsdecode(entry.content))
    else:
        file.write_bytes(entry.content)
        file.chmod(entry.mode)


def refuse_collisions(paths: Iterable[PurePosixPath], *, known: Collection[PurePosixPath] = ()) -> None:
    """Refuse names that are one and the same where case or composition of letters does not count (Windows, macOS).

    Two that are both `known`, as the user's own, are none of our business.

    Raises:
        TemplateFault: There are two such.
    """
    seen: dict[str, PurePosixPath] = {}
    ours = {place for path in known for place in (path, *path.parents)}
    for path in paths:
        for place in (path, *path.parents):
            folded = portable.folded(str(place))
            if seen.setdefault(folded, place) != place and not (path in known and seen[folded] in ours):
                how = "case" if str(place).casefold() == str(seen[folded]).casefold() else "how it is encoded"
                raise TemplateFault(str(place), f"differs from {seen[folded]} only in {how}: rename one of them")


class _Budget:
    """What has been used of the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files = self._folders = self._bytes = 0

    def count(self, path: PurePosixPath) -> None:
        self._files += 1
        if self._files > self._limits.files:
            raise TemplateFault(str(path), f"is one file more than {self._limits.files:,}")

    def enter(self, path: PurePosixPath) -> None:
        """Count a folder: there may be as many as files, and a tree of empty ones has an end, too."""
        self._folders += 1
        if self._folders > self._limits.files:
            raise TemplateFault(str(path), f"is one folder more than {self._limits.files:,}")

    def entries(self, root: Path, folder: PurePosixPath) -> list[os.DirEntry[str]]:
        """What a folder holds, by name; no more of it is ever listed than there may be."""
        try:
            return reading.listed(root / folder, 2 * self._limits.files)
        except reading.TooLarge as error:
            raise TemplateFault(str(folder), error.reason) from error
        except reading.Unreadable as error:
            raise TemplateFault(str(folder), f"cannot be read: {error.reason}") from error

    def add(self, path: PurePosixPath, size: int) -> None:
        self._bytes += size
        if self._bytes > self._limits.total_size:
            raise TemplateFault(str(path), f"makes the whole larger than {megabytes(self._limits.total_size)}")


def megabytes(size: int) -> str:
    """A size for a sentence."""
    return f"{size / (1 << 20):.3g} MiB"


def _walk(
    root: Path,
    folder: PurePosixPath,
    skipped: frozenset[str],
    budget: _Budget,
    problem_of: Callable[[PurePosixPath], str | None],
) -> Iterator[PurePosixPath]:
    entries = [entry for entry in budget.entries(root, folder) if entry.name not in skipped]
    if not entries and folder.parts:
        yield folder
    for entry in entries:
        path = folder / entry.name
        if problem := problem_of(path):
            raise TemplateFault(str(path), problem)
        if entry.is_dir(follow_symlinks=False):
            budget.enter(path)
            yield from _walk(root, path, frozenset(), budget, problem_of)
        else:
            yield path


def _entry(file: Path, path: PurePosixPath, limits: Limits) -> Entry:
    try:
        status = file.lstat()
        if stat.S_ISDIR(status.st_mode):
            return Entry(path, b"", stat.S_IFDIR)
        if stat.S_ISLNK(status.st_mode):
            return Entry(path, os.fsencode(os.readlink(file)), stat.S_IFLNK)  # noqa: PTH115  # Path would clean it up
        if not stat.S_ISREG(status.st_mode):
            raise TemplateFault(str(path), f"is {reading.kind(status.st_mode)}; only plain files are read")
        content = reading.read_limited(file, limits.file_size, follow=False)
        return Entry(path, content, status.st_mode & _PERMISSIONS)
    except OSError as error:
        raise TemplateFault(str(path), f"cannot be read: {error.strerror or error}") from error
    except reading.TooLarge as error:
        raise TemplateFault(str(path), error.reason) from error
    except reading.Unreadable as error:
        raise TemplateFault(str(path), f"cannot be read: {error.reason}") from error
