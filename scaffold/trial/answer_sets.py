"""Sets of answers that together try a template: few of them, in which any two answers that were found to meet do meet.

Most faults of a template need one answer, or two that meet (D. R. Kuhn et al., "Software fault interactions and
implications for software testing", IEEE TSE 30(6), 2004): pairs find them with a small part of all combinations.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import yaml
from jinja2 import FileSystemLoader, TemplateError, Undefined
from jinja2.sandbox import SandboxedEnvironment

from scaffold.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scaffold.foreign.config import Config

AWKWARD = 'It\'s "quoted" \\ ünïcode 雪'
"""Free text that breaks what is not escaped: both quotes, a backslash, letters beyond ASCII."""

Row = dict[str, Any]
"""Answers to the questions that are asked beside each other."""

_MOST_ROWS = 10_000
_ENOUGH = 400  # rows in turn that bring no new pair; after that the rest is taken to be impossible
_SEED = 0  # the same rows at every run


@dataclass(frozen=True)
class _Question:
    name: str
    values: tuple[Any, ...]
    """What is tried; nothing where only the template's own default is."""
    when: str | bool


class AnswerSets:
    """The answers with which a template is tried."""

    def __init__(self, config: Config, root: Path) -> None:
        options = dict(config.values.get("_envops") or {}) | {"undefined": Undefined}
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(root),
            extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],  # as in Copier
            **options,
        )
        self._compiled: dict[str, Any] = {}
        self._hidden = {
            name: spec.get("default") for name, spec in config.questions.items() if spec.get("when") is False
        }
        self._questions = [
            _Question(name, tuple(self._values(name, spec)), spec.get("when", True))
            for name, spec in config.questions.items()
            if spec.get("when") is not False
        ]

    def pairwise(self) -> list[Row]:
        """Rows in which every two answers that met in random rows meet, after one of the defaults alone.

        Two that meet only beside rare others may be missed.
        """
        pool = [(row, _pairs(row)) for row in self._pool()]
        uncovered = {pair for _, pairs in pool for pair in pairs}
        chosen: list[Row] = [{}]
        while uncovered:
            best, covered = max(pool, key=lambda candidate: len(candidate[1] & uncovered))
            chosen.append(best)
            uncovered -= covered
        return chosen

    def exhaustive(self) -> list[Row]:
        """Every combination.

        Raises:
            UsageError: There are more than 10,000.
        """
        rows: list[Row] = []
        for row in self._all({}, self._questions):
            if len(rows) == _MOST_ROWS:
                raise UsageError(f"--exhaustive: more than {_MOST_ROWS:,} combinations; leave it out")
            rows.append(row)
        return rows

    def _pool(self) -> list[Row]:
        """Random rows, until no new pair has come up for long."""
        chance = random.Random(_SEED)  # noqa: S311  # no secret depends on it
        rows: list[Row] = []
        seen: set[tuple[str, str]] = set()
        in_vain = 0
        while in_vain < _ENOUGH and len(rows) < _MOST_ROWS:
            row = self._row(chance)
            new = _pairs(row) - seen
            in_vain = 0 if new else in_vain + 1
            if new:
                rows.append(row)
                seen |= new
        return rows

    def _row(self, chance: random.Random) -> Row:
        row: Row = {}
        for question in self._questions:
            if question.values and self._is_asked(question, row):
                row[question.name] = chance.choice(question.values)
        return row

    def _all(self, row: Row, rest: Sequence[_Question]) -> Iterator[Row]:
        if not rest:
            yield row
            return
        question, *others = rest
        if not question.values or not self._is_asked(question, row):
            yield from self._all(row, others)
            return
        for value in question.values:
            yield from self._all({**row, question.name: value}, others)

    def _values(self, name: str, spec: Mapping[str, Any]) -> Iterator[Any]:
        kind, default, choices = spec.get("type", "yaml"), spec.get("default"), spec.get("choices")
        if choices and not isinstance(choices, str):
            given = list(_choice_values(choices))
            yield from (given if not spec.get("multiselect") else [[], given, *([value] for value in given)])
        elif kind == "bool":
            yield from (True, False)
        elif kind in {"int", "float"} and isinstance(default, (int, float)):
            yield from (value for value in (default, 0, 1, -1, default + 1) if self._passes(name, spec, value))
        elif kind == "str" and not spec.get("secret"):
            plain = [default] if isinstance(default, str) and "{" not in default else []
            yield from (value for value in (*plain, AWKWARD) if self._passes(name, spec, value))

    def _passes(self, name: str, spec: Mapping[str, Any], value: object) -> bool:
        validator = spec.get("validator")
        return not validator or not self._render(str(validator), {name: value}).strip()

    def _is_asked(self, question: _Question, row: Row) -> bool:
        when = question.when
        if not isinstance(when, str):
            return bool(when)
        return bool(yaml.safe_load(self._render(when, row) or "false"))

    def _render(self, text: str, row: Row) -> str:
        """The text with these answers; what cannot be judged without the others counts as nothing."""
        if text not in self._compiled:
            self._compiled[text] = self._environment.from_string(text)
        try:
            rendered: str = self._compiled[text].render({**self._hidden, **row})
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError):
            return ""
        return rendered


def _choice_values(choices: Any) -> Iterator[Any]:  # noqa: ANN401  # whatever copier.yml holds
    for choice in choices.values() if isinstance(choices, Mapping) else choices:
        value = choice[1] if isinstance(choice, (list, tuple)) and len(choice) == 2 else choice
        yield value["value"] if isinstance(value, Mapping) else value


def _pairs(row: Row) -> set[tuple[str, str]]:
    """Every two answers of a row, and each alone."""
    answers = [f"{name}={value!r}" for name, value in row.items()]
    return {*combinations(answers, 2), *((answer, "") for answer in answers)}
