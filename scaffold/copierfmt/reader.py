"""The one reader of copier.yml: several documents, `!include`, merge keys; with the file and line of everything.

Whatever is read may be hostile: files, includes, values and depth are counted, aliases as often as they are used.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

import yaml
from yaml.constructor import SafeConstructor

from scaffold import reading, yamlfile
from scaffold.copierfmt.value import Place, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

CONCATENATED = ("_exclude", "_jinja_extensions", "_secret_questions", "_skip_if_exists")
"""Lists that several documents add to; any other setting of a later document replaces an earlier (copier/_template.py).
"""
_MOST_FILES = 100
_LARGEST = 256 * 1024  # bytes of all of them: two seconds of PyYAML. Copier's own template for everything has 8,000.

_MAPPING, _SEQUENCE, _MERGE = (f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "merge"))
_NUMBERS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float"))
# Of the mappings in a list under `<<`: PyYAML changed this in 6.0.4.
_LATER_WINS = yaml.load("<<: [{of: 1}, {of: 2}]", Loader=yaml.SafeLoader)["of"] == 2
_ANCHOR = re.compile(r"(?:^|[\s\[{,])&\w")


class Fault(Exception):
    """A place where reading cannot go on."""

    def __init__(self, place: Place, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Remark:
    """Something odd that stops nothing."""

    kind: Literal["duplicate key", "nothing included"]
    place: Place
    message: str


@dataclass(frozen=True)
class Config:
    """Everything that copier.yml and what it includes say."""

    path: str
    entries: Mapping[str, tuple[Value, Value]]
    """The settings and questions, each with its key; none after a fault."""
    texts: Mapping[str, str]
    """All files that were read."""
    remarks: tuple[Remark, ...]
    fault: Fault | None

    @cached_property
    def lines(self) -> Mapping[str, Sequence[str]]:
        """The lines of every file."""
        return {path: text.splitlines() for path, text in self.texts.items()}

    def is_anchor(self, key: Value, value: Value) -> bool:
        """Whether it holds a YAML anchor: then it is there to be repeated, whatever its key is called."""
        lines = self.lines[value.place.path][key.place.line - 1 : value.last_line]
        return any(_ANCHOR.search(line) for line in lines)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How a configuration is read, and how much of it."""

    values: int
    """With every alias written out."""
    follow: bool
    """Whether a file may be a symbolic link."""


def is_config_name(name: str) -> bool:
    """Whether Copier takes a file at the template's top for its configuration: a backup such as `copier.yml~`, too."""
    return name.startswith("copier.") and re.match(r"\.ya?ml", PurePosixPath(name).suffix, re.IGNORECASE) is not None


Find = Callable[[str], Iterable[str]]
"""The files that a pattern of `!include` names, as paths below the root.

Raises:
    Unreadable: The pattern is none that is tried, or leads out of the template.
"""


def read(root: Path, path: str, find: Find, bounds: Bounds) -> Config:
    """Read a template's copier.yml.

    Args:
        root: The template's folder.
        path: Its configuration file, below `root`.
        find: Finds what is included.
        bounds: How much may be read.
    """
    reader = _Reader(root, find, bounds)
    fault = None
    documents: list[Value] = []
    try:
        documents = list(reader.documents(path, Place(path)))
    except Fault as error:
        documents, fault = [], error
    except RecursionError:
        fault = Fault(Place(path), "is nested too deeply")
    return Config(path, _merged(documents), reader.texts, tuple(reader.remarks), fault)


def _merged(documents: Sequence[Value]) -> dict[str, tuple[Value, Value]]:
    merged: dict[str, tuple[Value, Value]] = {}
    for document in documents:
        for name, (key, value) in (document.pairs or {}).items():
            before = merged.get(name)
            joined = value
            if name in CONCATENATED and before:
                items = (*_as_items(before[1]), *_as_items(value))
                joined = Value(before[1].place, items=items, last_line=value.last_line)
            merged[name] = (key, joined)
    return merged


def _decoded(content: bytes) -> str:
    """The text, in the encodings in which PyYAML reads."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise reading.Unreadable("is not UTF-16") from error
    return reading.text_of(content)


def _as_items(value: Value) -> Sequence[Value]:
    return (value,) if value.items is None else value.items


@dataclass
class _Reader:
    root: Path
    find: Find
    bounds: Bounds
    remarks: list[Remark] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    files: int = 0
    size: int = 0
    values: int = 0
    numbers: yamlfile.Numbers = field(default_factory=yamlfile.Numbers)
    constructor: SafeConstructor = field(default_factory=SafeConstructor)

    def documents(self, path: str, asked_by: Place) -> Iterator[Value]:
        """The mappings of a file, with what it includes."""
        if path in self.open:
            raise Fault(asked_by, f"includes itself, by way of {path}")
        self.files += 1
        if self.files > _MOST_FILES:
            raise Fault(asked_by, f"more than {_MOST_FILES} files are included")
        self.open.append(path)
        self.texts[path] = self._text(path, asked_by)
        for document in self._composed(path):
            for value in () if document.is_empty else _flat(document):
                if value.pairs is None and len(self.open) == 1:
                    raise Fault(value.place, "must be a mapping of settings and questions")
                yield value
        self.open.pop()

    def _text(self, path: str, asked_by: Place) -> str:
        try:
            text = _decoded(reading.read_limited(self.root / path, _LARGEST, follow=self.bounds.follow))
        except reading.Unreadable as error:
            if isinstance(error, reading.TooLarge) or error.line:
                raise Fault(Place(path, error.line or 1), error.reason) from error
            raise Fault(asked_by, f"{path} cannot be read: {error.reason}") from error
        self.size += len(text)
        if self.size > _LARGEST:
            raise Fault(asked_by, f"more than {reading.size(_LARGEST)} are included")
        return text

    def _composed(self, path: str) -> Iterator[Value]:
        try:
            nodes = yamlfile.nodes(self.texts[path])
        except yamlfile.YamlFault as error:
            is_syntax = isinstance(error.__cause__, yaml.YAMLError) and error.reason != yamlfile.TOO_DEEP
            reason = f"is not YAML: {error.reason}" if is_syntax else error.reason
            raise Fault(Place(path, error.line or 1), reason) from error
        for node in nodes:
            yield self._value(node, path, 0)

    def _value(self, node: yaml.Node, path: str, depth: int) -> Value:
        place = Place(path, node.start_mark.line + 1)
        self._count(place, depth)
        last = max(node.start_mark.line + 1, node.end_mark.line + (1 if node.end_mark.column else 0))
        if node.tag == "!include":
            return self._included(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQUENCE:
            items = tuple(self._value(item, path, depth + 1) for item in node.value)
            return Value(place, last_line=last, items=items)
        if isinstance(node, yaml.MappingNode) and node.tag == _MAPPING:
            return Value(place, last_line=last, pairs=self._pairs(node, path, depth))
        if isinstance(node, yaml.ScalarNode):
            return Value(place, self._constructed(node, place), node.value, node.style or None, last)
        self._count_all(node, place, depth)
        return Value(place, self._constructed(node, place), last_line=last)

    def _count(self, place: Place, depth: int) -> None:
        self.values += 1
        if self.values > self.bounds.values:
            raise Fault(place, f"expands to more than {self.bounds.values:,} values (YAML aliases)")
        if depth > yamlfile.DEEPEST:
            raise Fault(place, f"is nested deeper than {yamlfile.DEEPEST}")

    def _count_all(self, node: yaml.Node, place: Place, depth: int) -> None:
        """Count what lies in a collection that becomes one value, such as a set."""
        for child in node.value if isinstance(node, yaml.CollectionNode) else ():
            for part in child if isinstance(child, tuple) else (child,):
                self._count(place, depth + 1)
                self._count_all(part, place, depth + 1)

    def _constructed(self, node: yaml.Node, place: Place) -> object:
        if node.tag in _NUMBERS and (problem := self.numbers.problem(node.value)):
            raise Fault(place, problem)
        try:
            return self.constructor.construct_object(node, deep=True)
        except yaml.MarkedYAMLError:
            raise Fault(place, f"has a tag that Copier does not read: {node.tag}") from None
        except yamlfile.WRONG_TAG as error:
            raise Fault(place, f"{str(node.value)[:40]!r} looks like {node.tag[18:]}, but is not one") from error

    def _pairs(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, tuple[Value, Value]]:
        merged: dict[str, tuple[Value, Value]] = {}
        own: dict[str, tuple[Value, Value]] = {}
        seen: set[int] = set()  # what is repeated by an alias is merged once where PyYAML tells it by its identity
        for key_node, value_node in node.value:
            value = self._value(value_node, path, depth + 1)
            if key_node.tag == _MERGE:
                if value_node.tag == "!include":
                    raise Fault(value.place, "`<<` takes no `!include`: include the file as a document of its own")
                for mapping in _in_order_of_merging(value.items if value.items is not None else (value,)):
                    if mapping.pairs is None:
                        raise Fault(mapping.place, "`<<` takes a mapping, or a list of mappings")
                    merged |= {name: pair for name, pair in mapping.pairs.items() if id(pair[0].text) not in seen}
                    seen |= {id(key.text) for key, _ in mapping.pairs.values()} if _LATER_WINS else set()
                continue
            key = self._value(key_node, path, depth + 1)
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == "!include":
                raise Fault(key.place, "a list or a mapping cannot be a key")
            if key.text in own:
                first = own[key.text][0].place.line
                message = f"duplicate key `{key.text}` (first on line {first})"
                self.remarks.append(Remark("duplicate key", key.place, message))
            own[key.text] = (key, value)
        return {**merged, **own}

    def _included(self, node: yaml.Node, place: Place) -> Value:
        if not isinstance(node, yaml.ScalarNode):
            raise Fault(place, "`!include` takes the path of a file")
        try:
            matching = list(self.find(node.value))
        except reading.Unreadable as error:
            raise Fault(place, f"`!include {node.value[:80]}` {error.reason}") from error
        if not matching:
            message = f"`!include {node.value[:80]}` matches no files"
            self.remarks.append(Remark("nothing included", place, message))
        items = tuple(value for name in matching for value in self.documents(name, place))
        return Value(place, last_line=place.line, items=items)


def _in_order_of_merging(mappings: Sequence[Value]) -> Iterable[Value]:
    return mappings if _LATER_WINS else reversed(mappings)


def _flat(value: Value) -> Iterator[Value]:
    """Lists within lists as one, as Copier takes the documents."""
    if value.items is None:
        yield value
    for item in value.items or ():
        yield from _flat(item)
