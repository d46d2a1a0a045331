"""How an existing project is configured, as far as a module and its tests have to know: read, and never run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scaffold import inifile, reading, tomlfile
from scaffold.errors import Refused, shown_path

if TYPE_CHECKING:
    from pathlib import Path

# Digits without end are no version. Not read by packaging, which takes neither Poetry's `^3.9 || 3.12` nor `>=3.6.*`.
_OLDEST = re.compile(r"(?:>=?|\^|~=?|(?<![!=<])={1,3}|^|,)\s*3\.(\d{1,4})")
_LEFT_OUT = re.compile(r"!=\s*3\.(\d{1,4})\.\*")
_IN_SETUP_PY = re.compile(r"python_requires\s*=\s*[\"']([^\"'\n]+)[\"']")
_PYTEST_SECTIONS = {"pytest.ini": "pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}
_OWN_FILES = {
    "black": (),
    "flake8": (".flake8",),
    "mypy": ("mypy.ini", ".mypy.ini"),
    "pyright": ("pyrightconfig.json",),
    "pytest": ("pytest.ini",),
    "ruff": ("ruff.toml", ".ruff.toml"),
}
_LINE_LENGTH = 88  # columns; what ruff and black take unless they are told otherwise
_FLAKE8_LENGTH = 79
_COLUMNS = re.compile(r"[0-9]{1,9}")


def at(data: object, *keys: str) -> Any:  # noqa: ANN401  # whatever somebody wrote into a file
    """What stands under these keys of nested tables, or None."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def texts(value: object) -> list[str]:
    """A list's texts, or the words of a text, as INI files have lists."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


@dataclass(frozen=True)
class Config:
    """The configuration files at a project's root."""

    root: Path

    @cached_property
    def pyproject(self) -> Mapping[str, Any]:
        """What pyproject.toml holds; nothing where there is none.

        Raises:
            Refused: It cannot be read.
        """
        return _read_toml(self.root / "pyproject.toml")

    @property
    def name(self) -> str:
        """The project's name, or nothing."""
        stated = (
            at(self.pyproject, "project", "name"),
            at(self.pyproject, "tool", "poetry", "name"),
            at(self._ini("setup.cfg"), "metadata", "name"),
        )
        return next((name for name in stated if isinstance(name, str)), "")

    @cached_property
    def requires_python(self) -> str:
        """The condition on Python as it is written, or nothing."""
        stated = (
            at(self.pyproject, "project", "requires-python"),
            at(self.pyproject, "tool", "poetry", "dependencies", "python"),
            at(self.pyproject, "tool", "poetry", "dependencies", "python", "version"),
            at(self._ini("setup.cfg"), "options", "python_requires"),
            self._in_setup_py(),
        )
        return next((text for text in stated if isinstance(text, str)), "")

    @property
    def oldest_python(self) -> int | None:
        """The minor version of the oldest Python 3 that the project is for; None where it does not say."""
        found = [
            max(minors)
            for either in re.split(r"\|\|?", self.requires_python)  # Poetry: one condition or the other
            if (minors := [int(minor) for minor in _OLDEST.findall(either)])
        ]
        if not found:
            return None
        left_out = {int(minor) for minor in _LEFT_OUT.findall(self.requires_python)}
        oldest = min(found)
        while oldest in left_out:
            oldest += 1
        return min(oldest, 99)

    @property
    def source_roots(self) -> list[str]:
        """The directories that are said to hold import packages."""
        tool = at(self.pyproject, "tool")
        setup = self._ini("setup.cfg")
        stated = [
            *texts(at(tool, "setuptools", "packages", "find", "where")),
            *texts(at(tool, "setuptools", "package-dir", "")),
            *texts(at(setup, "options.packages.find", "where")),
            *_plain_package_dir(at(setup, "options", "package_dir")),
            *texts(at(tool, "uv", "build-backend", "module-root")),
            *texts(at(tool, "pdm", "build", "package-dir")),
            *texts(at(tool, "maturin", "python-source")),
            *(path.rpartition("/")[0] for path in texts(_of_hatch(tool)) if "/" in path),
            *_from_of_poetry(at(tool, "poetry", "packages")),
        ]
        return list(dict.fromkeys(stated))

    @property
    def test_paths(self) -> list[str]:
        """Where pytest is told to look."""
        return texts(at(self._pytest, "testpaths"))

    @property
    def test_files(self) -> list[str]:
        """The patterns of the names that pytest takes for tests; none where it is not told."""
        return texts(at(self._pytest, "python_files"))

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that have a configuration here."""
        return tuple(tool for tool in _OWN_FILES if self._has(tool))

    @property
    def line_length(self) -> int | None:
        """The columns that the formatter keeps to; None without one."""
        tool = at(self.pyproject, "tool")
        if "ruff" in self.tools:
            stated = [at(_read_toml(self.root / name), "line-length") for name in _OWN_FILES["ruff"]]
            stated.append(at(tool, "ruff", "line-length"))
        elif "black" in self.tools:
            stated = [at(tool, "black", "line-length")]
        else:
            return None
        return next((length for length in stated if isinstance(length, int)), _LINE_LENGTH)

    @property
    def flake8_length(self) -> int | None:
        """The columns that flake8 takes where no formatter is at work; None without flake8, or beside a formatter."""
        if "flake8" not in self.tools or self.line_length is not None:
            return None
        stated = [at(self._ini(name), "flake8", "max-line-length") for name in (".flake8", "setup.cfg", "tox.ini")]
        return next((int(text) for text in stated if text and _COLUMNS.fullmatch(text)), _FLAKE8_LENGTH)

    @cached_property
    def _pytest(self) -> object:
        own = at(self._ini("pytest.ini"), "pytest")
        in_pyproject = at(self.pyproject, "tool", "pytest", "ini_options") or at(self.pyproject, "tool", "pytest")
        return own or in_pyproject or at(self._ini("tox.ini"), "pytest") or at(self._ini("setup.cfg"), "tool:pytest")

    def _has(self, tool: str) -> bool:
        if at(self.pyproject, "tool", tool) is not None or at(self._ini("setup.cfg"), tool) is not None:
            return True
        if any((self.root / name).is_file() for name in _OWN_FILES[tool]):
            return True
        return tool == "pytest" and any(
            at(self._ini(name), part) is not None for name, part in _PYTEST_SECTIONS.items()
        )

    def _in_setup_py(self) -> str:
        found = _IN_SETUP_PY.search(_text_of(self.root / "setup.py"))
        return found[1] if found else ""

    def _ini(self, name: str) -> inifile.Sections:
        if name not in self._read:
            self._read[name] = _read_ini(self.root / name)
        return self._read[name]

    @cached_property
    def _read(self) -> dict[str, inifile.Sections]:
        return {}


def _text_of(path: Path) -> str:
    """A file's text; nothing where there is no file.

    Raises:
        Refused: It cannot be read.
    """
    return raw_text(path).removeprefix("\ufeff")


def raw_text(path: Path) -> str:
    """The same with the mark at its beginning that some editors write.

    Raises:
        Refused: It cannot be read.
    """
    try:
        raw = reading.read_limited(path)
        reading.text_of(raw)
    except reading.Absent:
        return ""
    except reading.Unreadable as error:
        raise _bad_config(path, error.reason, error.line) from error
    return raw.decode()


def _bad_config(path: Path, reason: str, line: int | None) -> Refused:
    place = f"{shown_path(path)}, line {line}" if line else shown_path(path)
    return Refused(f"{place}:", f"{reason}; fix it first")


def _read_toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomlfile.parse(_text_of(path))
    except tomlfile.TomlFault as error:
        raise _bad_config(path, error.reason, error.line) from error


def _read_ini(path: Path) -> inifile.Sections:
    try:
        return inifile.parse(_text_of(path))
    except inifile.IniFault as error:
        raise _bad_config(path, error.reason, error.line) from error


def _of_hatch(tool: object) -> object:
    return at(tool, "hatch", "build", "targets", "wheel", "packages") or at(tool, "hatch", "build", "packages")


def _plain_package_dir(text: object) -> list[str]:
    """The part of setup.cfg's `package_dir` that is about all packages: `= src`."""
    lines = text.splitlines() if isinstance(text, str) else []
    pairs = [line.partition("=") for line in lines]
    return [directory.strip() for name, equals, directory in pairs if equals and not name.strip()]


def _from_of_poetry(packages: object) -> list[str]:
    entries = packages if isinstance(packages, list) else []
    return [entry["from"] for entry in entries if isinstance(at(entry, "from"), str)]
