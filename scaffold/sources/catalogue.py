"""A catalogue of templates: names with sources, owners and defaults, as a team shares it in a file `scaffold.toml`.

The user's own file of names has the same form (docs/team-templates.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

from scaffold import tomlfile
from scaffold.errors import UsageError, did_you_mean
from scaffold.sources.errors import CatalogueFault
from scaffold.workload import Design, Shape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from scaffold.recommend import Recommendation

FILE: Final = "scaffold.toml"
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_LONGEST_NAME = 60
_TEXTS = ("source", "ref", "commit", "description", "deprecated")
_LISTS = ("owners", "tags", "designs", "shapes")
_KEYS = (*_TEXTS, *_LISTS, "defaults")
_ONE_OF = {"designs": [design.value for design in Design], "shapes": [shape.value for shape in Shape]}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A template in a catalogue."""

    name: str
    source: str
    ref: str | None = None
    commit: str | None = None
    """What `ref` has to be; None where nobody pinned it."""
    description: str = ""
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    designs: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    deprecated: str | None = None
    """The name of the template to use instead."""
    defaults: Mapping[str, object]
    """Answers that the team would give."""
    catalogue: str = ""
    """The catalogue's name; empty for the user's own."""

    def serves(self, recommendation: Recommendation) -> bool:
        """Whether the team made it for such work."""
        shape, design = recommendation.workload.shape.value, recommendation.design.value
        fits = (not self.shapes or shape in self.shapes) and (not self.designs or design in self.designs)
        return fits and bool(self.shapes or self.designs) and self.deprecated is None


@dataclass(frozen=True)
class Catalogue:
    """Templates by name, and the answers that hold for all of them and for the bundled ones."""

    name: str
    templates: Mapping[str, Entry]
    defaults: Mapping[str, object]


def check_name(name: str) -> None:
    """Refuse what could be mistaken for a source, or be no name elsewhere.

    Raises:
        UsageError: It is none.
    """
    if problem := _name_problem(name):
        raise UsageError(problem)


def _name_problem(name: str) -> str:
    """Why it can be no template's name, or nothing."""
    if _NAME.fullmatch(name) and len(name) <= _LONGEST_NAME:
        return ""
    return f"template name {name!r} is none: take small letters, digits, '-', '.' and '_', at most {_LONGEST_NAME}"


def parse_catalogue(text: str, place: str | Path, base: Path | None = None, *, own: bool = False) -> Catalogue:
    """The catalogue that a file holds.

    Args:
        text: What it says.
        place: How it is called in messages.
        base: The folder that its relative sources start from; None where there is none on this disk.
        own: It is the user's own, which has no name.

    Raises:
        CatalogueFault: It is none, with the line.
    """
    try:
        data = tomlfile.parse(text)
    except tomlfile.TomlFault as error:
        raise CatalogueFault(place, error.reason, error.line) from error
    reader = _Reader(text, place)
    reader.refuse_others(
        data, ("templates", "defaults", "catalogues") if own else ("name", "templates", "defaults"), ()
    )
    for each, added in reader.table(data, (), "catalogues").items():
        _check_name_in(each, reader, ("catalogues", each))
        if not isinstance(added, Mapping) or reader.text_of(added, ("catalogues", each), "source") is None:
            reader.fail(f"the catalogue {each} needs a source", ("catalogues", each))
    name = "" if own else _own_name(data, reader)
    tables = reader.table(data, (), "templates")
    entries = {each: _entry(each, name, reader.table(tables, ("templates",), each), reader, base) for each in tables}
    replaced: set[str] = set()
    for each, entry in entries.items():
        if entry.source in tables:
            reader.fail("source is the name of a template, not where it is", ("templates", each), "source")
        replaced.update(_check_replacement(each, entries, reader, replaced))
    return Catalogue(name, entries, reader.table(data, (), "defaults"))


@dataclass(frozen=True)
class _Reader:
    """Takes values out of the data, and says in which line one is wrong."""

    text: str
    place: str | Path

    def fail(self, reason: str, table: tuple[str, ...], key: str = "") -> NoReturn:
        raise CatalogueFault(self.place, reason, tomlfile.line_of(self.text, table, key))

    def refuse_others(self, data: Mapping[str, Any], known: Iterable[str], table: tuple[str, ...]) -> None:
        for key, value in data.items():
            if key not in known:
                where = ((*table, key), "") if isinstance(value, Mapping) else (table, key)
                self.fail(f"there is no key {key!r} here{did_you_mean(key, known)}", *where)

    def table(self, data: Mapping[str, Any], table: tuple[str, ...], key: str) -> Mapping[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, Mapping):
            self.fail(f"{key} must be a table, [{'.'.join((*table, key))}]", table, key)
        return value

    def text_of(self, data: Mapping[str, Any], table: tuple[str, ...], key: str) -> str | None:
        value = data.get(key)
        if value is not None and not (isinstance(value, str) and value and value.isprintable()):
            self.fail(f"{key} must be text in one line", table, key)
        return value

    def texts_of(self, data: Mapping[str, Any], table: tuple[str, ...], key: str) -> tuple[str, ...]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word.isprintable() for word in value):
            self.fail(f"{key} must be a list of words", table, key)
        for word in value:
            if key in _ONE_OF and word not in _ONE_OF[key]:
                self.fail(f"{key}: {word!r} is none of {', '.join(_ONE_OF[key])}", table, key)
        return tuple(value)


def _own_name(data: Mapping[str, Any], reader: _Reader) -> str:
    name = reader.text_of(data, (), "name")
    if name is None:
        reader.fail('a catalogue needs a name: put name = "..." at its top', ())
    _check_name_in(name, reader, (), "name")
    return name


def _check_name_in(name: str, reader: _Reader, table: tuple[str, ...], key: str = "") -> None:
    if problem := _name_problem(name):
        reader.fail(problem, table, key)


def _entry(name: str, catalogue: str, data: Mapping[str, Any], reader: _Reader, base: Path | None) -> Entry:
    table = ("templates", name)
    _check_name_in(name, reader, table)
    reader.refuse_others(data, _KEYS, table)
    texts = {key: reader.text_of(data, table, key) for key in _TEXTS}
    lists = {key: reader.texts_of(data, table, key) for key in _LISTS}
    source = texts.pop("source")
    if source is None:
        reader.fail(f"the template {name} needs a source", table)
    if texts["commit"] and not (texts["ref"] and re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", texts["commit"])):
        reader.fail("commit goes with a ref, and is a whole hash", table, "commit")
    if source.startswith("."):
        if base is None:
            reader.fail("a relative source needs a catalogue in a folder: give a git URL", table, "source")
        try:
            source = str((base / source).resolve())
        except (OSError, RuntimeError):  # a loop of symbolic links: until Python 3.12 the latter
            reader.fail("source leads through a loop of symbolic links", table, "source")
    return Entry(
        name=name,
        source=source,
        ref=texts["ref"],
        commit=texts["commit"],
        description=texts["description"] or "",
        deprecated=texts["deprecated"],
        defaults=reader.table(data, table, "defaults"),
        catalogue=catalogue,
        **lists,
    )


def _check_replacement(
    name: str, entries: Mapping[str, Entry], reader: _Reader, known: Collection[str]
) -> Iterable[str]:
    """A deprecated template leads to one that is not, sooner or later; the names on the way, up to a `known` one."""
    passed = {name: None}  # in their order
    last = name
    while last not in known and (after := entries[last].deprecated) is not None:
        table = ("templates", last)
        if after not in entries:
            near = did_you_mean(after, entries)
            reader.fail(f"{last} is replaced by {after!r}, which is not in this catalogue{near}", table, "deprecated")
        if after in passed:
            reader.fail(
                f"templates replace each other in a circle: {' -> '.join([*passed, after])}", table, "deprecated"
            )
        passed[after] = None
        last = after
    return passed.keys()
