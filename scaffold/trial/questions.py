"""What a template's questions come to beside given answers: which are asked, and what counts as their answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

import yaml
from jinja2 import FileSystemLoader, TemplateError, Undefined, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from scaffold import yamlfile
from scaffold.trial.values import COMPUTED, Choices, is_computed, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jinja2 import Template

    from scaffold.foreign.config import Config

Row = dict[str, Any]
"""Answers by the name of their question; COMPUTED is the default that the template computes."""

_FAILURES: Final = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, yaml.YAMLError)
_NO: Final = {"", "n", "no", "f", "false", "off", "~", "null", "none"}


def environment_of(config: Config, root: Path) -> SandboxedEnvironment:
    """Jinja as Copier sets it up for this template; what is undefined is nothing.

    Raises:
        TypeError: An option in `_envops` is none of Jinja's.
    """
    options = dict(config.values.get("_envops") or {}) | {"undefined": Undefined}
    extensions = ["jinja2_ansible_filters.AnsibleCoreFiltersExtension"]
    return SandboxedEnvironment(loader=FileSystemLoader(root), extensions=extensions, **options)


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A question for which there are answers to try."""

    name: str
    values: tuple[Any, ...]
    conditions: tuple[str | bool, ...]
    """All have to hold, or it is not asked."""
    choices: Choices
    needs: frozenset[str]
    """The questions before it on whose answers it depends whether it is asked, and what it computes."""
    refusals_need: frozenset[str]
    """Those on whose answers it depends what it takes."""


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
        self._compiled: dict[str | nodes.Expr, Template] = {}
        self._named: dict[str, frozenset[str]] = {}
        self._expressions: dict[str, nodes.Expr | None] = {}
        self._tests: dict[str, nodes.Expr | None] = {}
        self._outcomes: dict[tuple[object, ...], str | None] = {}
        self._places = {name: number for number, name in enumerate(self.specs)}
        self._tried: dict[str, Question] = {}
        for name, spec in self.specs.items():
            if spec.get("when") is False or spec.get("ask") is False:
                continue
            values = (given[name],) if name in given else values_of(spec, partial(self._takes_alone, name))
            if values:
                self._tried[name] = self._question(name, spec, values)

    def _question(self, name: str, spec: Mapping[str, Any], values: tuple[Any, ...]) -> Question:
        conditions = tuple(spec[key] for key in ("when", "ask") if key in spec)
        choices = Choices.of(spec)
        refusals = [spec.get("validator"), *(text for _, text in choices.validators)]
        return Question(
            name=name,
            values=values,
            conditions=conditions,
            choices=choices,
            needs=self._all_behind([*conditions, spec.get("default")], name),
            refusals_need=self._all_behind(refusals, name),
        )

    def _all_behind(self, texts: Sequence[object], name: str) -> frozenset[str]:
        return frozenset(other for text in texts if isinstance(text, str) for other in self._tried_behind(text, name))

    def _takes_alone(self, name: str, value: object) -> bool:
        return not self._refused(name, {name: value})

    @cached_property
    def tried(self) -> Sequence[Question]:
        """Those that have answers to try."""
        return tuple(self._tried.values())

    def get(self, name: str) -> Question | None:
        """The question of that name, if there are answers to try."""
        return self._tried.get(name)

    def is_asked(self, question: Question, row: Row) -> bool:
        """Whether it is, beside the answers before it. What cannot be judged does not hold."""
        return all(
            holds(self._rendered(condition, question.name, row)) if isinstance(condition, str) else bool(condition)
            for condition in question.conditions
        )

    def is_given(self, question: Question) -> bool:
        """Whether it has that answer whatever its conditions say."""
        return question.name in self._given

    def may_refuse(self, question: Question) -> bool:
        """Whether there is anything by which it refuses answers."""
        has_any = self.specs[question.name].get("validator") or question.choices.validators
        return bool(has_any) and not self.is_given(question)

    def refusals(self, question: Question, value: object) -> list[str]:
        """The texts that come to something where it refuses that answer."""
        texts = [question.choices.validator(value), str(self.specs[question.name].get("validator") or "")]
        return [] if self.is_given(question) else [text for text in texts if text]

    def only_test(self, text: str) -> nodes.Expr | None:
        """The test on which alone it depends whether a text comes to anything."""
        if text not in self._tests:
            try:
                body = self.environment.parse(text).body
            except TemplateError:
                body = []
            only = body[0] if len(body) == 1 and isinstance(body[0], nodes.If) else None
            says = only is not None and not only.elif_ and not only.else_ and _is_text(only.body)
            self._tests[text] = only.test if only is not None and says else None  # type: ignore[assignment]
        return self._tests[text]

    def takes(self, question: Question, value: object, row: Row) -> bool:
        """Whether it takes this answer beside those before it."""
        if self.is_given(question):
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
        needed = {n: self.value(n, row) for n in self.named_in(text) if self._places[n] < last}
        return self.evaluated(text, needed) or ""

    def evaluated(self, source: str | nodes.Expr, values: Mapping[str, Any]) -> str | None:
        """A text or expression with these values; None where it cannot be judged with them."""
        key = (source, *(f"{name}={values[name]!r}" for name in sorted(values)))
        if key not in self._outcomes:
            try:
                self._outcomes[key] = self._template(source).render(values).strip()
            except _FAILURES:
                self._outcomes[key] = None
        return self._outcomes[key]

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
        if self.specs[name].get("type", "str") == "str":
            return text
        try:
            return yamlfile.value(text)
        except yamlfile.YamlFault:
            return text

    def named_in(self, text: str) -> frozenset[str]:
        """The questions that a text names; all of them where another file may name any."""
        if text not in self._named:
            try:
                parsed = self.environment.parse(text)
            except TemplateError:
                self._named[text] = frozenset()
            else:
                every = any(meta.find_referenced_templates(parsed))
                self._named[text] = frozenset(self.specs.keys() & meta.find_undeclared_variables(parsed))
                self._named[text] = frozenset(self.specs) if every else self._named[text]
        return self._named[text]

    def expression(self, text: str) -> nodes.Expr | None:
        """The expression that is all of a text, if there is one."""
        if text not in self._expressions:
            try:
                body = self.environment.parse(text).body
            except TemplateError:
                body = []
            parts = [part for node in body for part in (node.nodes if isinstance(node, nodes.Output) else [node])]
            only = parts[0] if len(parts) == 1 else None
            is_written = isinstance(only, nodes.Expr) and not isinstance(only, nodes.TemplateData)
            self._expressions[text] = only if is_written else None  # type: ignore[assignment]  # an Expr, as was asked
        return self._expressions[text]

    def _tried_behind(self, text: str, name: str) -> set[str]:
        """The questions with answers to try on which a text depends, also through what others compute."""
        found: set[str] = set()
        for other in self.named_in(text):
            if self._places[other] >= self._places[name]:
                continue
            default = self.specs[other].get("default")
            if other in self._tried:
                found.add(other)
            elif isinstance(default, str) and is_computed(default):
                found |= self._tried_behind(default, other)
        return found

    def _template(self, source: str | nodes.Expr) -> Template:
        if source not in self._compiled:
            parsed = source if isinstance(source, str) else nodes.Template([nodes.Output([source])], lineno=1)
            self._compiled[source] = self.environment.from_string(parsed)
        return self._compiled[source]


def _is_text(body: Sequence[nodes.Node]) -> bool:
    """Whether it is plain text, and some."""
    pieces = [piece for output in body if isinstance(output, nodes.Output) for piece in output.nodes]
    plain = all(isinstance(piece, nodes.TemplateData) for piece in pieces)
    return plain and any(piece.data.strip() for piece in pieces if isinstance(piece, nodes.TemplateData))


def holds(text: str) -> bool:
    """Whether Copier takes what a condition comes to for a yes."""
    try:
        return bool(float(text))
    except ValueError:
        return text.strip().lower() not in _NO
