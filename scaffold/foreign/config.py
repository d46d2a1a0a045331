"""A foreign template's copier.yml, read as Copier reads it, but with limits and without anything from outside."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import yaml

from scaffold import reading, yamlfile
from scaffold.errors import TemplateFault
from scaffold.foreign.including import Matches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CONFIG = re.compile(r"copier\.[yY][aA]?[mM][lL]")
_LARGEST = 1 << 20  # bytes; Copier's own template for everything has 8,000
_MOST_INCLUDES = 100
# Lists in these keys are joined where copier.yml has several documents; of all others the last one counts.
_JOINED = ("_exclude", "_jinja_extensions", "_secret_questions", "_skip_if_exists")


@dataclass(frozen=True)
class Config:
    """What copier.yml says."""

    file: str
    values: Mapping[str, Any]

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
        names = [entry.name for entry in reading.listed(root) if _CONFIG.fullmatch(entry.name)]
    except reading.Unreadable as error:
        raise TemplateFault("copier.yml", f"cannot be looked for: the folder {error.reason}") from error
    found = [root / name for name in names]
    if not found:
        reason = "is missing: this is no Copier template; give the folder or repository that has it at its top"
        raise TemplateFault("copier.yml", reason)
    if len(found) > 1:
        raise TemplateFault(found[0].name, f"and {found[1].name} are both there: remove one")
    reader = _Reading(root.resolve())
    documents = [item for document in reader.documents(found[0]) if document for item in _flat(document)]
    merged: dict[str, Any] = {}
    for document in documents:
        if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
            raise TemplateFault(found[0].name, "is no mapping of names")
        joined = {key: [*merged.get(key, ()), *_sequence(document[key])] for key in _JOINED if key in document}
        merged |= {**document, **joined}
    config = Config(found[0].name, merged)
    _check(config)
    return config


def _sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _flat(document: object) -> list[Any]:
    return [item for part in document for item in _flat(part)] if isinstance(document, list) else [document]


class _Reading:
    """The files of one configuration: how many have been included."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._matches = Matches(root)
        self._files = 0

    def documents(self, path: Path) -> list[Any]:
        """The YAML documents of a file, with what they include."""
        name = path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else path.name
        self._files += 1
        if self._files > _MOST_INCLUDES:
            raise TemplateFault(name, f"more than {_MOST_INCLUDES} files are included")

        class Loader(yamlfile.SAFE):  # type: ignore[misc,valid-type]  # a base chosen at run time
            """YAML in which `!include` names other files of the template."""

        Loader.add_constructor("!include", lambda _, node: self._include(name, node))
        try:
            return yamlfile.documents(reading.read_limited(path, _LARGEST), Loader)
        except reading.TooLarge as error:
            raise TemplateFault(name, error.reason) from error
        except reading.Unreadable as error:
            raise TemplateFault(name, f"cannot be read: {error.reason}") from error
        except yamlfile.YamlFault as error:
            raise TemplateFault(name, error.reason, error.line) from error

    def _include(self, name: str, node: yaml.Node) -> list[Any]:
        pattern = str(node.value)
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode) or _leaves(pattern):
            raise TemplateFault(name, f"!include {pattern} is no path inside the template", line)
        included: list[Any] = []
        try:
            matches = self._matches.of(pattern)
        except reading.Unreadable as error:
            raise TemplateFault(name, f"!include {pattern[:80]} {error.reason}", line) from error
        for path in matches:
            if not Path(os.path.realpath(path)).is_relative_to(self._root):
                raise TemplateFault(name, f"!include {pattern} leaves the template", line)
            included += [item for document in self.documents(path) if document for item in _flat(document)]
        return included


def _check(config: Config) -> None:
    """What Copier would fail at with a traceback, or read from elsewhere."""
    for name, path in _mapping(config, "_external_data").items():
        if not isinstance(path, str) or _leaves(path):
            raise TemplateFault(config.file, f"_external_data {name} is no path inside the project: {path}")
    subdirectory = config.values.get("_subdirectory", "")
    if not isinstance(subdirectory, str) or _leaves(subdirectory):
        raise TemplateFault(config.file, f"_subdirectory is no path inside the template: {subdirectory}")
    answers = config.values.get("_answers_file", "")
    if not isinstance(answers, str) or _leaves(answers):
        raise TemplateFault(config.file, f"_answers_file is no path inside the project: {answers}")
    for key in ("_tasks", "_migrations", *_JOINED):
        if not isinstance(config.values.get(key, []), list):
            raise TemplateFault(config.file, f"{key} is no list")
    _mapping(config, "_envops")


def _mapping(config: Config, key: str) -> Mapping[str, Any]:
    value = config.values.get(key, {})
    if not isinstance(value, dict):
        raise TemplateFault(config.file, f"{key} is no mapping")
    return value


def _leaves(path: str) -> bool:
    """Whether a path, on any system, is absolute, starts at home, or goes up."""
    parts = re.split(r"[/\\]", path)
    return (
        ".." in parts
        or parts[0].startswith("~")
        or PurePosixPath(path).is_absolute()
        or bool(PureWindowsPath(path).anchor)
    )
