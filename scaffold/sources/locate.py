"""From the word behind `--template` to a source: a name that the user or their team gave it, or the source itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scaffold.sources.errors import BadSource, UnknownTemplate
from scaffold.sources.names import load
from scaffold.sources.resolve import Source, parse
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.sources.catalogue import Entry

_NAMED = re.compile(r"(?P<name>[a-z0-9._-]+)(?:@(?P<ref>[^@]+))?")


@dataclass(frozen=True)
class Located:
    """A template's source, and what is known of it by its name."""

    source: Source
    entry: Entry | None
    """None where it was given by its source."""
    pinned: str | None
    """The commit that the version has to be."""
    defaults: Mapping[str, object]
    """What the user's team, or the user, would answer."""


def locate(text: str) -> Located:
    """Find the template that a word means; a name wins over a folder of that name.

    Raises:
        UnknownTemplate: It is neither a name nor a source.
        BadSource: It is a source that cannot be used.
    """
    names = load()
    named = _NAMED.fullmatch(text)
    entry = names.find(named["name"]) if named else None
    if named and entry:
        ref = named["ref"] or entry.ref
        source = parse(entry.source)
        pinned = entry.commit if ref == entry.ref else None
        return Located(replace(source, ref=ref or source.ref), entry, pinned, names.defaults_for(entry))
    if text in {design.value for design in Design}:
        raise BadSource(text, f"comes with scaffold: take --design {text}")
    try:
        return Located(parse(text), None, None, names.defaults_for(None))
    except UnknownTemplate as error:
        raise UnknownTemplate(text, [each.name for each in names.entries]) from error
