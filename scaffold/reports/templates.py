"""What a person or a program reads about templates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scaffold.reports import files
from scaffold.sources.overview import bundled_entry
from scaffold.text import escaped, one_line, shortened
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.foreign.questions import ForeignQuestion
    from scaffold.questions import Question
    from scaffold.sources.catalogue import Entry
    from scaffold.sources.overview import Overview

_LONGEST_DEFAULT = 300  # characters


def matching(entries: Sequence[Entry], word: str | None, tag: str | None) -> list[Entry]:
    """Those of scaffold and `entries`, as far as they match."""
    every = [*map(bundled_entry, Design), *entries]
    wanted = (word or "").lower()
    return [
        entry
        for entry in every
        if wanted in f"{entry.name} {entry.description}".lower() and (tag is None or tag in entry.tags)
    ]


def list_text(entries: Sequence[Entry]) -> str:
    """A line for each."""
    if not entries:
        return "no template matches"
    name, whose = (max(len(column(entry)) for entry in entries) for column in (_name, _whose))
    return "\n".join(f"{_name(entry):<{name}}  {_whose(entry):<{whose}}  {_says(entry)}".rstrip() for entry in entries)


def _name(entry: Entry) -> str:
    return entry.name


def _whose(entry: Entry) -> str:
    return entry.catalogue or "you"


def _says(entry: Entry) -> str:
    if entry.deprecated:
        return f"deprecated: take {entry.deprecated}"
    return one_line(entry.description or entry.source)


def list_json(entries: Sequence[Entry]) -> list[dict[str, object]]:
    """The same as data."""
    return [_entry_json(entry) for entry in entries]


def _entry_json(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "from": _whose(entry),
        "source": entry.source,
        "ref": entry.ref,
        "description": entry.description,
        "owners": list(entry.owners),
        "tags": list(entry.tags),
        "designs": list(entry.designs),
        "shapes": list(entry.shapes),
        "deprecated": entry.deprecated,
        "defaults": dict(entry.defaults),
    }


def overview_text(overview: Overview) -> str:
    """All about one template; every text of the template's own is escaped."""
    return "\n".join(line.rstrip() for line in _lines(overview))


def _lines(overview: Overview) -> Iterator[str]:
    entry, checkout = overview.entry, overview.checkout
    yield f"{entry.name}: {one_line(entry.description)}" if entry.description else entry.name
    facts = {
        "source": checkout.source if checkout else "comes with scaffold",
        "version": f"{checkout.ref} ({checkout.commit})" if checkout and checkout.commit else "",
        "versions": ", ".join(overview.versions[:5]),
        "owners": ", ".join(entry.owners),
        "tags": ", ".join(entry.tags),
        "for": ", ".join((*entry.designs, *entry.shapes)),
        "deprecated": f"take {entry.deprecated}" if entry.deprecated else "",
        "defaults": ", ".join(f"{name}={value}" for name, value in entry.defaults.items()),
    }
    yield from (f"  {name:<11} {one_line(fact)}" for name, fact in facts.items() if fact)
    yield from ("", "Questions:", *(_question_text(question) for question in overview.questions))
    if overview.actions is not None:
        runs = overview.actions.listed()
        yield from ("", f"Would run, with --trust {overview.actions.digest}:" if runs else "Runs nothing.")
        yield from (f"  {kind:<15} {escaped(text)}" for kind, text in runs)
    if overview.readme:
        yield from ("", "README:", *(f"  {one_line(line)}" for line in overview.readme))


def _question_text(question: Question | ForeignQuestion) -> str:
    """A question with its default, whose line breaks are shown as such."""
    default = "" if question.default is None else escaped(str(question.default).strip())
    shown = f"[{shortened(default, _LONGEST_DEFAULT)}]" if default else ""
    words = (one_line(question.help), shown)
    return f"  {one_line(question.name):<20} {one_line(question.type):<5} {' '.join(filter(None, words))}"


def _as_json(value: object) -> object:
    """A default as YAML has it, where JSON has no such value as text."""
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    known = isinstance(value, (str, int)) or value is None or (isinstance(value, float) and math.isfinite(value))
    return value if known else str(value)


def overview_json(overview: Overview) -> dict[str, object]:
    """The same as data."""
    actions = overview.actions
    return {
        **_entry_json(overview.entry),
        "version": files.checkout_json(overview.checkout) if overview.checkout else None,
        "versions": list(overview.versions),
        "questions": [
            {"name": question.name, "type": question.type, "help": question.help, "default": _as_json(question.default)}
            for question in overview.questions
        ],
        "runs": [{"kind": kind, "command": text} for kind, text in actions.listed()] if actions else [],
        "digest": actions.digest if actions else None,
        "readme": list(overview.readme),
    }
