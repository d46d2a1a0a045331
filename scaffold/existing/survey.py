"""What an existing project is like: where its packages and its tests are, as far as its files say."""

from __future__ import annotations

import fnmatch
import keyword
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.errors import NoProject
from scaffold.existing.config import Config

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

_MARKS = ("pyproject.toml", "setup.cfg", "setup.py", ".git")
"""What lies at a project's root."""

# Directories beside a package that are none themselves, after setuptools' own list.
_NO_PACKAGES = frozenset(
    {
        *("benchmark", "benchmarks", "bin", "build", "ci", "debian", "dist", "doc", "docs", "documentation", "env"),
        *("example", "examples", "exercise", "exercises", "htmlcov", "manpages", "newsfragments", "node_modules"),
        *("notebooks", "requirements", "script", "scripts", "site", "tasks", "test", "testing", "tests", "tool"),
        *("tools", "unit_test", "unit_tests", "util", "utils", "venv"),
    }
)
_NEVER_PACKAGES = frozenset({"build", "dist", "env", "node_modules", "venv"})
"""Those that are none wherever they are below the root."""

_TEST_DIRECTORIES = ("tests", "test", "testing")
_MOST_FOLDERS = 10_000  # that are looked at for packages; a large repository has some hundred in its upper levels
_DEEPEST_NAMESPACE = 3  # directories without __init__.py above a package, such as google/cloud/storage


@dataclass(frozen=True)
class Package:
    """A package that is there: how it is imported, and its directory from the project's root."""

    path: str
    directory: PurePosixPath


@dataclass(frozen=True)
class Survey:
    """An existing project, seen from a directory in it."""

    root: Path
    start: Path
    """Where the user is: in a package, that is the one that is meant."""

    @cached_property
    def config(self) -> Config:
        """Its configuration files."""
        return Config(self.root)

    @property
    def mark(self) -> str:
        """The file that shows where the root is, or nothing."""
        return next((mark for mark in _MARKS if (self.root / mark).exists()), "")

    @cached_property
    def source_roots(self) -> tuple[PurePosixPath, ...]:
        """The directories that hold import packages, those with the packages first."""
        stated = [PurePosixPath(text) for text in self.config.source_roots]
        usable = [path for path in stated if not path.is_absolute() and ".." not in path.parts]
        roots = [path for path in (*usable, PurePosixPath("src"), PurePosixPath()) if (self.root / path).is_dir()]
        return tuple(dict.fromkeys(roots))

    @cached_property
    def packages(self) -> tuple[Package, ...]:
        """The packages at the top, from the first source root that has any."""
        for source in self.source_roots:
            if found := [*self._packages_in(source, source)] or [*self._packages_below(source, source, 1)]:
                return tuple(found)
        return ()

    @property
    def layout(self) -> str:
        """The directory that the packages are in: `src`, another one, or `flat` for the root itself."""
        sources = [source for source in self.source_roots if any(_is_below(p.directory, source) for p in self.packages)]
        return "flat" if not sources or sources[0] == PurePosixPath() else str(sources[0])

    def package(self) -> Package | None:
        """The package that a module most likely belongs to; None where that is not clear."""
        if here := self.package_around_start:
            return here
        if len(self.packages) == 1:
            return self.packages[0]
        name = self.config.name.lower().replace("-", "_").replace(".", "_")
        named = [package for package in self.packages if package.path.lower().replace(".", "_") == name]
        return named[0] if len(named) == 1 else None

    def find(self, path: str) -> list[Package]:
        """The package or subpackage of this import path: none, one, or several parts of a namespace."""
        parts = path.split(".")
        directories = [source.joinpath(*parts) for source in self.source_roots if all(map(str.isidentifier, parts))]
        return [Package(path, directory) for directory in directories if _is_directory(self.root / directory)]

    def package_at(self, directory: PurePosixPath) -> Package | None:
        """The package in this directory, if it is in a source root."""
        for source in self.source_roots:
            parts = directory.relative_to(source).parts if source in directory.parents else ()
            if parts and directory not in self.source_roots and all(map(str.isidentifier, parts)):
                return Package(".".join(parts), directory)
        return None

    @cached_property
    def tests(self) -> PurePosixPath:
        """The directory for tests; where there is none yet, the usual one."""
        stated = [PurePosixPath(text) for text in self.config.test_paths]
        inside = [package.directory / name for package in self.packages for name in _TEST_DIRECTORIES]
        usual = [PurePosixPath(name) for name in _TEST_DIRECTORIES]
        for path in (*(path for path in stated if "test" in path.name), *usual, *inside):
            if not path.is_absolute() and ".." not in path.parts and (self.root / path).is_dir():
                return self._unit_tests_in(path)
        return PurePosixPath("tests")

    def projects_below(self) -> list[str]:
        """Directories that are projects themselves, as in a repository that holds several."""
        names: list[str] = []
        waiting = [PurePosixPath()]
        with suppress(NoProject):  # too many to look at: those found so far will do for a hint
            for folder in waiting:
                for child in self._folders_in(folder):
                    if any((self.root / child / mark).exists() for mark in _MARKS[:3]):
                        names.append(str(child))
                    if folder == PurePosixPath():
                        waiting.append(child)
        return sorted(filter(str.isprintable, names))

    def _unit_tests_in(self, tests: PurePosixPath) -> PurePosixPath:
        unit = self.root / tests / "unit"
        if unit.is_dir() and not self._holds(tests, "test_*.py"):
            return tests / "unit"
        return tests

    @cached_property
    def package_around_start(self) -> Package | None:
        """The package that the user is in."""
        for folder in (self.start, *self.start.parents):
            if folder == self.root or self.root not in folder.parents:
                return None
            directory = PurePosixPath(folder.relative_to(self.root).as_posix())
            inside = any(_is_below(directory, package.directory) for package in self.packages)
            if inside and (folder / "__init__.py").is_file() and folder.name not in _TEST_DIRECTORIES:
                return self.package_at(directory)
        return None

    def _packages_in(self, source: PurePosixPath, folder: PurePosixPath) -> Iterator[Package]:
        for directory in self._candidates(folder):
            inside = self.root / directory
            if (inside / "__init__.py").is_file() or (source != PurePosixPath() and self._holds(directory, "*.py")):
                yield Package(".".join(directory.relative_to(source).parts), directory)

    def _packages_below(self, source: PurePosixPath, folder: PurePosixPath, depth: int) -> Iterator[Package]:
        """Those in directories that are no packages themselves, as in a namespace that several projects share."""
        for directory in self._candidates(folder):
            found = [*self._packages_in(source, directory)]
            yield from found
            if not found and depth < _DEEPEST_NAMESPACE:
                yield from self._packages_below(source, directory, depth + 1)

    def _candidates(self, folder: PurePosixPath) -> Iterator[PurePosixPath]:
        for directory in self._folders_in(folder):
            if self._can_be_package(self.root / directory, directory):
                yield directory

    def _folders_in(self, folder: PurePosixPath) -> list[PurePosixPath]:
        """The folders in a folder, by name; in all that is looked at, there may be so many of them and no more."""
        try:
            names = sorted(entry.name for entry in reading.entries(self.root / folder) if _is_folder(entry))
        except reading.Unreadable as error:
            raise NoProject(self.root / folder, error.reason) from error
        self._seen.update(folder / name for name in names)
        if len(self._seen) > _MOST_FOLDERS:
            reason = f"has more than {_MOST_FOLDERS:,} folders to look for packages in"
            raise NoProject(self.root, f"{reason}: give the project's own directory as PROJECT")
        return [folder / name for name in names]

    def _holds(self, folder: PurePosixPath, pattern: str) -> bool:
        try:
            return any(fnmatch.fnmatchcase(entry.name, pattern) for entry in reading.entries(self.root / folder))
        except reading.Unreadable as error:
            raise NoProject(self.root / folder, error.reason) from error

    @cached_property
    def _seen(self) -> set[PurePosixPath]:
        return set()

    def _can_be_package(self, child: Path, directory: PurePosixPath) -> bool:
        if not child.name.isidentifier() or keyword.iskeyword(child.name) or child.is_symlink():
            return False
        if child.name.lower() in (_NO_PACKAGES if len(directory.parts) == 1 else _NEVER_PACKAGES):
            return False
        return not any((child / mark).exists() for mark in _MARKS)


def survey(project: Path | None, start: Path) -> Survey:
    """Look at a project: the given one, or the nearest from `start` upwards.

    A given directory inside of a package stands for the project around it, and for that package.

    Raises:
        NoProject: The directory is none, or cannot be read.
        Refused: A configuration file cannot be read.
    """
    start = project or start
    try:
        start = start.resolve(strict=True)
        if not start.is_dir():
            raise NoProject(start, "is a file: give the project's directory as PROJECT")
        if not str(start).isprintable():
            raise NoProject(start, "holds characters that no terminal shows: rename it first")
        around = _looked_at(next((folder for folder in (start, *start.parents) if _is_root(folder)), start), start)
        if project is None or around.package_around_start:
            return around
        return around if around.root == start else _looked_at(start, start)
    except (OSError, RuntimeError) as error:  # the latter from a loop of symbolic links
        raise NoProject(start, f"cannot be read ({getattr(error, 'strerror', None) or error})") from error


def _looked_at(root: Path, start: Path) -> Survey:
    """A survey whose files were all read: what cannot be read shows at once."""
    found = Survey(root, start)
    _ = found.packages, found.tests, found.layout, found.config.tools, found.config.requires_python
    return found


def choices(packages: Sequence[Package]) -> str:
    """The packages by name, for a message."""
    return ", ".join(package.path for package in packages)


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of symbolic links
        return False


def _is_root(folder: Path) -> bool:
    return any((folder / mark).exists() for mark in _MARKS)


def _is_below(directory: PurePosixPath, top: PurePosixPath) -> bool:
    return directory == top or top in directory.parents
