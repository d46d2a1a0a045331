"""All there is to know about a template before it is used."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.foreign.template import opened
from scaffold.sources import resolve
from scaffold.sources.catalogue import Entry
from scaffold.sources.locate import locate
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.questions import ForeignQuestion
    from scaffold.foreign.trust import Actions
    from scaffold.questions import Question

_README_LINES = 12
_MOST_OF_README = 1_000_000  # bytes that are read


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A template: what is known by its name, and what its files say."""

    entry: Entry
    checkout: Checkout | None = None
    """None for a design of scaffold's."""
    actions: Actions | None = None
    versions: Sequence[str] = ()
    """The newest first."""
    questions: Sequence[Question | ForeignQuestion] = ()
    readme: Sequence[str] = ()
    """Its first lines."""


def overview(text: str) -> Overview:
    """Look at a template: fetched, read, and not run.

    Raises:
        ScaffoldError: There is none of that name, or it cannot be read.
    """
    if text in {design.value for design in Design}:
        return _bundled(Design(text))
    located = locate(text)
    entry = located.entry or Entry(name=text, source=located.source.recorded, defaults={})
    with resolve.opened(located.source, pinned=located.pinned) as checkout, opened(checkout) as template:
        return Overview(
            entry=entry,
            checkout=checkout,
            actions=template.actions,
            versions=resolve.versions(located.source),
            questions=[question for question in template.questions if question.when is not False],
            readme=_readme(template.root),
        )


def bundled_entry(design: Design) -> Entry:
    """A design of scaffold's, as if it stood in a catalogue."""
    return Entry(
        name=design.value,
        source="scaffold",
        description=design.summary,
        designs=(design.value,),
        defaults={},
        catalogue="scaffold",
    )


def _bundled(design: Design) -> Overview:
    from scaffold.template import bundled

    asked = [
        question
        for question in bundled().questions
        if not isinstance(question.when, dict) or design.value in question.when.get("design", (design.value,))
    ]
    return Overview(entry=bundled_entry(design), versions=(bundled().version,), questions=asked)


def _readme(root: Path) -> Sequence[str]:
    with suppress(reading.Unreadable):
        for entry in reading.listed(root):
            if entry.name.lower().startswith("readme") and entry.is_file(follow_symlinks=False):
                start = reading.read_start(Path(entry), _MOST_OF_README, follow=False)
                return [line for line in start.decode("utf-8", "replace").splitlines() if line.strip()][:_README_LINES]
    return ()
