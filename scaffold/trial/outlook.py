"""What may still come of the questions that are not answered yet: so that a search need not try what cannot be."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from scaffold.trial.questions import holds
from scaffold.trial.values import COMPUTED, is_computed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from scaffold.trial.questions import Question, Questions, Row

_MOST_VALUES = 64  # combinations for one comparison; with more of them anything may come of it
_EITHER: Final = frozenset({True, False})


class Outlook:
    """What may be, beside the answers of a row; never less than what can be."""

    def __init__(self, questions: Questions, row: Row, decided: Collection[str], wanted: Mapping[str, Any]) -> None:
        """Look from a row in which these questions are `decided`: answered, or not asked."""
        self._questions = questions
        self._row = row
        self._decided = decided
        self._wanted = wanted
        self._known: dict[str, tuple[Any, ...] | None] = {}

    def may_be_asked(self, question: Question) -> frozenset[bool]:
        """Whether it is asked: yes, no, or either."""
        truths = [
            self._text(condition) if isinstance(condition, str) else frozenset({bool(condition)})
            for condition in question.conditions
        ]
        return frozenset(all(each) for each in product(*truths))

    def must_refuse(self, question: Question, value: object) -> bool:
        """Whether it refuses that answer, whatever else comes."""
        tests = [self._questions.only_test(text) for text in self._questions.refusals(question, value)]
        return any(test is not None and self._truths(test) == {True} for test in tests)

    def _text(self, text: str) -> frozenset[bool]:
        expression = self._questions.expression(text)
        if expression is not None:
            return self._truths(expression)
        return self._evaluated(text, self._questions.named_in(text))

    def _truths(self, node: nodes.Expr) -> frozenset[bool]:
        if isinstance(node, nodes.And):
            return frozenset(a and b for a in self._truths(node.left) for b in self._truths(node.right))
        if isinstance(node, nodes.Or):
            return frozenset(a or b for a in self._truths(node.left) for b in self._truths(node.right))
        if isinstance(node, nodes.Not):
            return frozenset(not a for a in self._truths(node.node))
        names = {name.name for name in node.find_all(nodes.Name)} | (
            {node.name} if isinstance(node, nodes.Name) else set()
        )
        return self._evaluated(node, frozenset(names & self._questions.specs.keys()))

    def _evaluated(self, source: str | nodes.Expr, names: frozenset[str]) -> frozenset[bool]:
        """What a comparison comes to; only a plain yes or no says something of the whole that it is a part of."""
        texts = self._texts(source, names)
        if texts is None:
            return _EITHER
        if isinstance(source, str):
            return frozenset(holds(text or "") for text in texts)
        return frozenset(text == "True" for text in texts) if texts <= {"True", "False"} else _EITHER

    def _texts(self, source: str | nodes.Expr, names: frozenset[str]) -> set[str | None] | None:
        """Everything that it may come to; None for anything."""
        options = {name: self._values(name) for name in sorted(names)}
        known = {name: values for name, values in options.items() if values is not None}
        if len(known) < len(options) or prod(map(len, known.values())) > _MOST_VALUES:
            return None
        return {
            self._questions.evaluated(source, dict(zip(known, each, strict=True))) for each in product(*known.values())
        }

    def _values(self, name: str) -> tuple[Any, ...] | None:
        """Everything that may stand for a question; None for anything."""
        if name not in self._known:
            self._known[name] = None  # for a question that asks for itself
            self._known[name] = self._looked_up(name)
        return self._known[name]

    def _looked_up(self, name: str) -> tuple[Any, ...] | None:
        if name in self._decided:
            return (self._questions.value(name, self._row),)
        if name in self._wanted and self._wanted[name] is not COMPUTED:
            return (self._wanted[name],)
        question = self._questions.get(name)
        if question is None:
            return self._defaults(name)
        truths = self.may_be_asked(question)
        values = [value for value in question.values if value is not COMPUTED] if True in truths else []
        if False not in truths and len(values) == len(question.values):
            return tuple(values)
        defaults = self._defaults(name)
        return None if defaults is None else (*values, *defaults)

    def _defaults(self, name: str) -> tuple[Any, ...] | None:
        default = self._questions.specs[name].get("default")
        if not isinstance(default, str) or not is_computed(default):
            return (default,)
        texts = self._texts(default, self._questions.named_in(default))
        return None if texts is None else tuple(self._questions.typed(name, text or "") for text in texts)
