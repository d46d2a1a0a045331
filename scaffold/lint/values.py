"""copier.yml as Copier reads it: several documents, `!include`, merge keys; with the line of everything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import yaml
from yaml.constructor import SafeConstructor

from scaffold import reading, yamlfile
from scaffold.lint.findings import Place, Problem
from scaffold.lint.known import CONCATENATED
from scaffold.lint.paths import glob_matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LARGEST_YAML = 256 * 1024  # bytes; PyYAML reads about 100 kB in a second
_MOST_VALUES = 20_000
_DEEPEST = 60
_MOST_INCLUDES = 100

_MAPPING, _SEQUENCE, _MERGE = (f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "merge"))
_NUMBERS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float"))
_ANCHOR = re.compile(r"(?:^|[\s\[{,])&\w")


@dataclass(frozen=True)
class Value:
    """A YAML value and where it stands."""

    place: Place
    data: object = None
    """Of a scalar: as YAML reads it. Of a list or mapping: as Python has them."""
    text: str = ""
    """Of a scalar: as it is written, without quotes."""
    style: str | None = None
    """Of a scalar: `None` without quotes, else the quote, `|` or `>`."""
    last_line: int = 0
    items: tuple[Value, ...] | None = None
    pairs: Mapping[str, tuple[Value, Value]] | None = None

    @property
    def is_scalar(self) -> bool:
        """Neither a list nor a mapping."""
        return self.items is None and self.pairs is None

    def get(self, key: str) -> Value | None:
        """What a mapping holds under this key."""
        pair = (self.pairs or {}).get(key)
        return pair[1] if pair else None

    def strings(self) -> Iterator[Value]:
        """Every string in it, keys of mappings excepted."""
        if isinstance(self.data, str):
            yield self
        for value in (*(self.items or ()), *(value for _, value in (self.pairs or {}).values())):
            yield from value.strings()


class Unreadable(Exception):
    """A place where reading cannot go on."""

    def __init__(self, place: Place, reason: str) -> None:
        self.place = place
        super().__init__(reason)


@dataclass(frozen=True)
class Config:
    """Everything that copier.yml and what it includes say."""

    path: str
    entries: Mapping[str, tuple[Value, Value]]
    texts: Mapping[str, str]
    problems: tuple[Problem, ...]

    @cached_property
    def lines(self) -> Mapping[str, Sequence[str]]:
        """The lines of every file."""
        return {path: text.splitlines() for path, text in self.texts.items()}

    def is_anchor(self, key: Value, value: Value) -> bool:
        """Whether it holds a YAML anchor: then it is there to be repeated, whatever its key is called."""
        lines = self.lines[value.place.path][key.place.line - 1 : value.last_line]
        return any(_ANCHOR.search(line) for line in lines)


def read_config(root: Path, path: str, files: Sequence[str]) -> Config:
    """Read a template's copier.yml.

    Args:
        root: The template's folder.
        path: Its configuration file, below `root`.
        files: What lies below `root`; nothing else is ever opened.
    """
    reader = _Reader(root, files)
    try:
        documents = list(reader.documents(path, Place(path)))
    except Unreadable as error:
        reader.problems.append(Problem("S001", error.place, str(error)))
        documents = []
    except RecursionError:
        reader.problems.append(Problem("S001", Place(path), "is nested too deeply"))
        documents = []
    return Config(path, _merged(documents), reader.texts, tuple(reader.problems))


def _merged(documents: Sequence[Value]) -> dict[str, tuple[Value, Value]]:
    merged: dict[str, tuple[Value, Value]] = {}
    for document in documents:
        for name, (key, value) in (document.pairs or {}).items():
            before = merged.get(name)
            joined = value
            if name in CONCATENATED and before and before[1].items is not None and value.items is not None:
                joined = Value(before[1].place, items=(*before[1].items, *value.items), last_line=value.last_line)
            merged[name] = (key, joined)
    return merged


@dataclass
class _Reader:
    root: Path
    files: Sequence[str]
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    values: int = 0
    includes: int = 0
    constructor: SafeConstructor = field(default_factory=SafeConstructor)

    def documents(self, path: str, asked_by: Place) -> Iterator[Value]:
        """The mappings of a file, with what it includes."""
        if path in self.open:
            raise Unreadable(asked_by, f"includes itself, by way of {path}")
        self.open.append(path)
        self.texts[path] = self._text(path, asked_by)
        for document in self._composed(path):
            for value in _flat(document):
                if value.pairs is not None or len(self.open) > 1:
                    yield value
                elif value.data is not None:
                    raise Unreadable(value.place, "is no mapping of settings and questions")
        self.open.pop()

    def _text(self, path: str, asked_by: Place) -> str:
        try:
            content = reading.read_limited(self.root / path, LARGEST_YAML, follow=False)
        except reading.TooLarge as error:
            raise Unreadable(Place(path), f"is larger than {LARGEST_YAML // 1024} kB") from error
        except reading.Unreadable as error:
            raise Unreadable(asked_by, f"{path} cannot be read: {error.reason}") from error
        try:
            return reading.text_of(content)
        except reading.Unreadable as error:
            raise Unreadable(Place(path, error.line or 1), error.reason) from error

    def _composed(self, path: str) -> Iterator[Value]:
        text = self.texts[path]
        try:
            for node in yaml.compose_all(text, Loader=yaml.SafeLoader):
                yield self._value(node, path, 0)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise Unreadable(Place(path, mark.line + 1 if mark else 1), f"is no YAML: {error.problem}") from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise Unreadable(Place(path, line), f"is no YAML: {error.reason}") from error

    def _value(self, node: yaml.Node, path: str, depth: int) -> Value:
        place = Place(path, node.start_mark.line + 1)
        self.values += 1
        if self.values > _MOST_VALUES:
            raise Unreadable(place, f"expands to more than {_MOST_VALUES:,} values")
        if depth > _DEEPEST:
            raise Unreadable(place, f"is nested more than {_DEEPEST} deep")
        last = max(node.start_mark.line + 1, node.end_mark.line + (1 if node.end_mark.column else 0))
        if node.tag == "!include":
            return self._included(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQUENCE:
            items = tuple(self._value(item, path, depth + 1) for item in node.value)
            return Value(place, [item.data for item in items], last_line=last, items=items)
        if isinstance(node, yaml.MappingNode) and node.tag == _MAPPING:
            pairs = self._pairs(node, path, depth)
            return Value(place, {key: pair[1].data for key, pair in pairs.items()}, last_line=last, pairs=pairs)
        if isinstance(node, yaml.ScalarNode):
            return Value(place, self._scalar(node, place), node.value, node.style, last)
        raise Unreadable(place, f"has a tag that Copier does not read: {node.tag}")

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> object:
        if node.tag in _NUMBERS and yamlfile.is_endless_number(node.value):
            raise Unreadable(place, "holds a number without end")
        try:
            return self.constructor.construct_object(node, deep=True)
        except yaml.MarkedYAMLError:
            raise Unreadable(place, f"has a tag that Copier does not read: {node.tag}") from None
        except yamlfile.WRONG_TAG as error:
            raise Unreadable(place, f"{node.value[:40]!r} looks like {node.tag[18:]}, and is none") from error

    def _pairs(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, tuple[Value, Value]]:
        merged: dict[str, tuple[Value, Value]] = {}
        own: dict[str, tuple[Value, Value]] = {}
        for key_node, value_node in node.value:
            value = self._value(value_node, path, depth + 1)
            if key_node.tag == _MERGE:
                for mapping in reversed(value.items if value.items is not None else (value,)):
                    merged |= mapping.pairs or {}
                continue
            key = self._value(key_node, path, depth + 1)
            if not key.is_scalar:
                raise Unreadable(key.place, "a list or a mapping cannot be a key")
            if key.text in own:
                first = own[key.text][0].place.line
                self.problems.append(
                    Problem("S004", key.place, f"`{key.text}` stands here for the second time (first on line {first})")
                )
            own[key.text] = (key, value)
        return {**merged, **own}

    def _included(self, node: yaml.Node, place: Place) -> Value:
        if not isinstance(node, yaml.ScalarNode):
            raise Unreadable(place, "`!include` takes the path of a file")
        self.includes += 1
        if self.includes > _MOST_INCLUDES:
            raise Unreadable(place, f"has more than {_MOST_INCLUDES} includes")
        if node.value.startswith("/") or ".." in node.value.split("/"):
            raise Unreadable(place, f"`!include {node.value}` is outside the template")
        matching = [name for name in self.files if glob_matches(node.value, name)]
        if not matching:
            self.problems.append(Problem("S002", place, f"`!include {node.value}` meets no file"))
        items = tuple(value for name in matching for value in self.documents(name, place))
        return Value(place, [item.data for item in items], last_line=place.line, items=items)


def _flat(value: Value) -> Iterator[Value]:
    """Lists within lists as one, as Copier takes the documents."""
    if value.items is None:
        yield value
    for item in value.items or ():
        yield from _flat(item)
