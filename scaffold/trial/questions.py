"""What a template's questions come to beside given answers: which are asked, and what counts as their answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from jinja2 import FileSystemLoader, TemplateError, Undefined, meta
from jinja2.sandbox import SandboxedEnvironment

from scaffold.copierfmt.answers import WrongType, cast, holds
from scaffold.trial.values import AWKWARD, COMPUTED, Choices, is_computed, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jinja2 import Template

    from scaffold.foreign.config import Config

Row = dict[str, Any]
"""Answers by the name of their question; COMPUTED is the default that the template computes."""

MALFORMED: Final = (TypeError, ValueError, AttributeError, AssertionError)
"""What reading questions raises where copier.yml has values of other types than they need."""


def environment_of(config: Config, root: Path) -> SandboxedEnvironment:
    """Jinja as Copier sets it up for this template; what is undefined is nothing.

    Raises:
        TypeError: An option in `_envops` is none of Jinja's.
    """
    options = dict(config.values.get("_envops") or {}) | {"undefined": Undefined}
    extensions = ["jinja2_ansible_filters.AnsibleCoreFiltersExtension"]
    return SandboxedEnvironment(loader=FileSystemLoader(root), extensions=extensions, **options)


def _conditions(spec: Mapping[str, Any]) -> tuple[str | bool, ...]:
    return tuple(spec[key] for key in ("when", "ask") if key in spec)


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A question for which there are answers to try."""

    name: str
    values: tuple[Any, ...]
    conditions: tuple[str | bool, ...]
    """All have to hold, or it is not asked."""
    choices: Choices
    takes_all: bool
    """Whether nothing can refuse one of the values."""


class Questions:
    """The questions of a template, in their order."""

    def __init__(self, config: Config, root: Path, given: Mapping[str, Any]) -> None:
        """Read them; those in `given` have that answer and no other.

        Raises:
            TypeError: An option in `_envops` is none of Jinja's.
        """
        self._given = given
        self.environment = environment_of(config, root)
        self.specs = config.questions
        self._compiled: dict[str, Template] = {}
        self._named: dict[str, frozenset[str]] = {}
        self._needed: dict[tuple[str, int], tuple[str, ...]] = {}
        self._outcomes: dict[tuple[object, ...], str] = {}
        self._held: dict[str, bool] = {}
        self._places = {name: number for number, name in enumerate(self.specs)}
        self._tried: dict[str, Question] = {}
        for name, spec in self.specs.items():
            if spec.get("when") is False or spec.get("ask") is False:
                continue
            values = (given[name],) if name in given else values_of(spec, partial(self._takes_alone, name))
            if values:
                choices = Choices.of(spec)
                self._tried[name] = Question(
                    name=name,
                    values=values,
                    conditions=_conditions(spec),
                    choices=choices,
                    takes_all=name in given or not (choices.validators or spec.get("validator")),
                )

    def _takes_alone(self, name: str, value: object) -> bool:
        return not self._refused(name, {name: value})

    @cached_property
    def tried(self) -> Sequence[Question]:
        """Those that have answers to try."""
        return tuple(self._tried.values())

    @cached_property
    def plainest(self) -> tuple[Row, Sequence[str]]:
        """The fewest answers that there have to be, and the questions for which there is none to try.

        All others have a default. Of choices, yes and no, and numbers the first is taken.
        """
        row: Row = dict(self._given)
        required: list[str] = []
        for name, spec in self.specs.items():
            if name not in row and "default" not in spec and self._hold(_conditions(spec), name, row):
                values = self._tried[name].values if name in self._tried else ()
                known = [value for value in values if value not in (AWKWARD, COMPUTED)]
                if known:
                    row[name] = known[0]
                else:
                    required.append(name)
        return row, required

    def is_asked(self, question: Question, row: Row) -> bool:
        """Whether it is, beside the answers before it. What cannot be judged does not hold."""
        return self._hold(question.conditions, question.name, row)

    def _hold(self, conditions: Sequence[str | bool], name: str, row: Row) -> bool:
        return all(
            self._holds(self._rendered(condition, name, row)) if isinstance(condition, str) else bool(condition)
            for condition in conditions
        )

    def _holds(self, text: str) -> bool:
        if text not in self._held:
            self._held[text] = holds(text)
        return self._held[text]

    def is_given(self, question: Question) -> bool:
        """Whether it has that answer whatever its conditions say."""
        return question.name in self._given

    def takes(self, question: Question, value: object, row: Row) -> bool:
        """Whether it takes this answer beside those before it."""
        if question.takes_all:
            return True
        disabled = question.choices.validator(value)
        if disabled and self._rendered(disabled, question.name, row):
            return False
        return not self._refused(question.name, {**row, question.name: value})

    def _refused(self, name: str, row: Row) -> bool:
        validator = self.specs[name].get("validator")
        return bool(validator) and bool(self._rendered(str(validator), name, row, itself=True))

    def _rendered(self, text: str, name: str, row: Row, *, itself: bool = False) -> str:
        """A text of the question `name`; what cannot be judged with these answers comes to nothing."""
        last = self._places[name] + itself
        if (text, last) not in self._needed:
            self._needed[text, last] = tuple(sorted(n for n in self.named_in(text) if self._places[n] < last))
        needed = self._needed[text, last]
        key = (text, needed, *(self._variant(other, row) for other in needed))
        if key not in self._outcomes:
            try:
                values = {other: self.value(other, row) for other in needed}
                self._outcomes[key] = self._template(text).render(values).strip()
            except Exception:  # noqa: BLE001  # a filter may raise anything, and so does what it was given
                self._outcomes[key] = ""
        return self._outcomes[key]

    def _variant(self, name: str, row: Row) -> str | None:
        """Which of its values stands for a question; None for a default that is always the same, and may be long."""
        value = row.get(name, COMPUTED)
        if value is COMPUTED and not is_computed(self.specs[name].get("default")):
            return None
        return repr(self.value(name, row))

    def value(self, name: str, row: Row) -> Any:  # noqa: ANN401  # an answer of any type
        """What stands for the question in a text: its answer, or its default, also where it is not asked."""
        value = row.get(name, COMPUTED)
        if value is not COMPUTED:
            return value
        default = self.specs[name].get("default")
        return (
            self.typed(name, self._rendered(default, name, row))
            if isinstance(default, str) and is_computed(default)
            else default
        )

    def typed(self, name: str, text: str) -> Any:  # noqa: ANN401  # an answer of any type
        """What a computed default is as an answer."""
        try:
            return cast(text, str(self.specs[name].get("type", "str")))
        except (WrongType, KeyError):
            return text

    def named_in(self, text: str) -> frozenset[str]:
        """The questions that a text names; all of them where another file may name any."""
        if text not in self._named:
            try:
                parsed = self.environment.parse(text)
                named = frozenset(self.specs.keys() & meta.find_undeclared_variables(parsed))
            except TemplateError:  # of the syntax, or a filter that there is none of
                self._named[text] = frozenset()
            else:
                every = any(meta.find_referenced_templates(parsed))
                self._named[text] = frozenset(self.specs) if every else named
        return self._named[text]

    def _template(self, text: str) -> Template:
        if text not in self._compiled:
            self._compiled[text] = self.environment.from_string(text)
        return self._compiled[text]
