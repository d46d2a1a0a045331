"""An untrusted template's copier.yml as plain values: within limits, and with nothing from outside of the template."""

from __future__ import annotations

import itertools
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from scaffold import reading
from scaffold.copierfmt import reader
from scaffold.copierfmt.reader import CONCATENATED, is_config_name
from scaffold.errors import TemplateFault
from scaffold.foreign.including import Matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.copierfmt.value import Place

_CONFIG = re.compile(r"copier\.[yY][aA]?[mM][lL]")
_PLAIN = re.compile(r"[\w.-]+")  # a name that no syntax of Jinja's takes for an expression
_BOUNDS = reader.Bounds(values=100_000, follow=True)


@dataclass(frozen=True)
class Config:
    """What copier.yml says."""

    file: str
    values: Mapping[str, Any]
    places: Mapping[str, Place]
    """Where each setting and question begins."""

    @property
    def keeps_links(self) -> bool:
        """Whether symbolic links stay links; else what they lead to takes their place."""
        return bool(self.values.get("_preserve_symlinks", False))

    @property
    def rendered_folder(self) -> PurePosixPath:
        """The folder below which everything lies that is rendered, as far as that is known before any answer."""
        parts = PurePosixPath(self.values.get("_subdirectory", "")).parts
        return PurePosixPath(*itertools.takewhile(_PLAIN.fullmatch, parts))

    @property
    def questions(self) -> dict[str, Mapping[str, Any]]:
        """What it asks; a question that is only a value has that as its default."""
        return {
            name: spec if isinstance(spec, dict) else {"default": spec}
            for name, spec in self.values.items()
            if not name.startswith("_")
        }


def load(root: Path) -> Config:
    """Read the configuration of the template in this folder.

    Raises:
        TemplateFault: There is none, or it cannot be read.
    """
    try:
        names = [entry.name for entry in reading.listed(root) if is_config_name(entry.name) and entry.is_file()]
    except reading.Unreadable as error:
        raise TemplateFault("copier.yml", f"cannot be looked for: the folder {error.reason}") from error
    if not names:
        reason = "is missing: this is no Copier template; give the folder or repository that has it at its top"
        raise TemplateFault("copier.yml", reason)
    if len(names) > 1:
        raise TemplateFault(names[0], f"and {names[1]} are both there: remove one")
    included = _Included(root)
    if not included.is_inside(root / names[0]):
        raise TemplateFault(names[0], "is a symbolic link that leaves the template")
    read = reader.read(root, names[0], included.of, _BOUNDS)
    if read.fault is not None:
        raise TemplateFault(read.fault.place.path, read.fault.reason, read.fault.place.line)
    for key, _ in read.entries.values():
        if not isinstance(key.scalar, str):
            raise TemplateFault(key.place.path, "must be a mapping of names", key.place.line)
    values = {name: value.plain for name, (_, value) in read.entries.items()}
    values |= {name: [values[name]] for name in CONCATENATED if name in values and not isinstance(values[name], list)}
    config = Config(names[0], values, {name: key.place for name, (key, _) in read.entries.items()})
    _check(config)
    return config


class _Included:
    """The files that `!include` names, inside the template."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._matches = Matches(self._root)

    def is_inside(self, path: Path) -> bool:
        """Whether a path of the template leads, through whatever links, to one of the template."""
        return Path(os.path.realpath(path)).is_relative_to(self._root)

    def of(self, pattern: str) -> Iterator[str]:
        """The paths below the root.

        Raises:
            Unreadable: The pattern leads out of the template, or is too much to try.
        """
        if _leaves(pattern):
            raise reading.Unreadable("is no path inside the template")
        for path in self._matches.of(pattern):
            if not self.is_inside(path):
                raise reading.Unreadable("leaves the template")
            yield path.relative_to(self._root).as_posix()


def _check(config: Config) -> None:
    """What Copier would fail at with a traceback, or read from elsewhere."""
    for name, path in _mapping(config, "_external_data").items():
        if not isinstance(path, str) or _leaves(path):
            raise _fault(config, "_external_data", f"{name} is no path inside the project: {path}")
    for key, whose in (("_subdirectory", "template"), ("_answers_file", "project")):
        path = config.values.get(key, "")
        if not isinstance(path, str) or _leaves(path):
            raise _fault(config, key, f"is no path inside the {whose}: {path}")
    for key in ("_tasks", "_migrations"):
        if not isinstance(config.values.get(key, []), list):
            raise _fault(config, key, "must be a list")
    _mapping(config, "_envops")


def _mapping(config: Config, key: str) -> Mapping[str, Any]:
    value = config.values.get(key, {})
    if not isinstance(value, dict):
        raise _fault(config, key, "must be a mapping")
    return value


def _fault(config: Config, key: str, reason: str) -> TemplateFault:
    place = config.places[key]
    return TemplateFault(place.path, f"{key} {reason}", place.line)


def _leaves(path: str) -> bool:
    """Whether a path, on any system, is absolute, starts at home, or goes up."""
    parts = re.split(r"[/\\]", path)
    return (
        ".." in parts
        or parts[0].startswith("~")
        or PurePosixPath(path).is_absolute()
        or bool(PureWindowsPath(path).anchor)
    )
