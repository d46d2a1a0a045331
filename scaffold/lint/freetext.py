"""Answers of free text that a template prints into Python source, where a quote or a line's end would break it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold.copierfmt.value import Place
from scaffold.lint.surroundings import IMPORT, NAME, printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scaffold.lint.source import Source, Text
    from scaffold.lint.surroundings import Printed


@dataclass(frozen=True)
class _Free:
    """A name whose value is free text."""

    passes: str
    """The characters that can be in it, of those that can break Python."""
    asked: tuple[str, ...]
    """The questions whose answers it is made of."""


@dataclass(frozen=True)
class Use:
    """The places where an answer enters Python source, by the one that says most of what it has to be."""

    question: str
    name: str
    """What is printed there: the question, or a value that is computed from it."""
    place: Place
    into: str
    """What it stands in, as in `surroundings`."""
    others: int
    """How many places there are beside this one."""
    is_module: bool
    """Whether a Python file or a folder above one is called by it, too."""

    @property
    def is_code(self) -> bool:
        """Whether nothing but a name can stand there."""
        return self.is_module or self.into in (IMPORT, NAME)


def uses(source: Source) -> Iterator[Use]:
    """For each question whose answer can break a Python file, where it does."""
    found: dict[str, list[tuple[Place, Printed]]] = {}
    free, files = _free(source), tuple(_python_files(source))
    for text in files:
        for each in printed(text.reading.outputs):
            value = free.get(each.raw.name)
            if value and each.raw.name not in text.reading.stored and set(value.passes) & set(each.breaking):
                for question in value.asked:
                    found.setdefault(question, []).append((Place(text.path, each.raw.line), each))
    modules = {question for name in _module_names(source, files) if name in free for question in free[name].asked}
    for question, places in found.items():
        place, first = next((pair for pair in places if pair[1].into in (IMPORT, NAME)), places[0])
        yield Use(question, first.raw.name, place, first.into, len(places) - 1, question in modules)


def _python_files(source: Source) -> Iterator[Text]:
    names = {text.owner: text.reading.data for text in source.texts if text.kind == "name"}
    for text in source.texts:
        name = names.get(text.path, text.path.removesuffix(source.suffix))
        if text.kind == "file" and name.endswith((".py", ".pyi")):
            yield text


def _module_names(source: Source, files: Sequence[Text]) -> Iterator[str]:
    """What is printed into the names of these files and of the folders above them."""
    parts = (text.path.split("/") for text in files)
    paths = {"/".join(path[:end]) for path in parts for end in range(1, len(path) + 1)}
    for text in source.texts:
        if text.kind == "name" and text.owner in paths:
            yield from (raw.name for raw in text.reading.raw)


def _free(source: Source) -> Mapping[str, _Free]:
    multiline = {question.name for question in source.questions if (said := question.get("multiline")) and said.data}
    free: dict[str, _Free] = {}
    for name, outcome in source.outcomes.items():
        passes = outcome.passes if name in multiline else outcome.passes.replace("\n", "")
        if passes:
            free[name] = _Free(passes, (name,))
    for question in source.questions:
        if question.is_hidden:
            texts = (text for text in source.texts if text.owner == question.name and text.role == "default")
            parts = [free[raw.name] for text in texts for raw in text.reading.raw if raw.name in free]
            if parts:
                asked = dict.fromkeys(name for part in parts for name in part.asked)
                free[question.name] = _Free("".join(part.passes for part in parts), tuple(asked))
    return free
