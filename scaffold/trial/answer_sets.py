"""Sets of answers that together try a template: few of them, in which every two answers that can meet do meet.

Most faults of a template need one answer, or two that meet (D. R. Kuhn et al., "Software fault interactions and
implications for software testing", IEEE TSE 30(6), 2004): pairs find them with a small part of all combinations.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from scaffold.errors import UsageError
from scaffold.trial.questions import Questions, Row
from scaffold.trial.search import Search, Undecided
from scaffold.trial.values import COMPUTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from scaffold.foreign.config import Config
    from scaffold.trial.questions import Question

_MOST_ROWS = 10_000
_ENOUGH = 200  # random rows in turn that bring no new pair; what is left after that is searched for
_SEED = 0  # the same rows at every run

Pair = tuple[str, str]


@dataclass(frozen=True)
class Covering:
    """Rows in which any two answers that can meet do meet."""

    rows: tuple[Row, ...]
    undecided: int = 0
    """Pairs of which it was not found out whether they can meet."""


class AnswerSets:
    """The answers with which a template is tried."""

    def __init__(self, config: Config, root: Path, given: Mapping[str, Any] | None = None) -> None:
        """Read the template's questions; `given` are answers in every row."""
        self._given = dict(given or {})
        self._questions = Questions(config, root, self._given)

    def pairwise(self) -> Covering:
        """Few rows, after one of the defaults alone."""
        pool, undecided = self._pool()
        pairs = [(row, _pairs(row)) for row in pool]
        uncovered = {pair for _, each in pairs for pair in each}
        chosen: list[Row] = [self._given]
        while uncovered:
            best, covered = max(pairs, key=lambda candidate: len(candidate[1] & uncovered))
            chosen.append(_answers(best))
            uncovered -= covered
        return Covering(tuple(chosen), undecided)

    def exhaustive(self) -> Covering:
        """Every combination.

        Raises:
            UsageError: There are more than 10,000.
        """
        rows: list[Row] = []
        for row in self._all({}, self._questions.tried):
            if len(rows) == _MOST_ROWS:
                raise UsageError(f"--exhaustive: more than {_MOST_ROWS:,} combinations; leave it out")
            rows.append(_answers(row))
        return Covering(tuple(rows))

    def _pool(self) -> tuple[list[Row], int]:
        """Rows in which every pair that can be there is: random ones first, then one for each pair that is missing."""
        chance = random.Random(_SEED)  # noqa: S311  # no secret depends on it
        rows: list[Row] = []
        seen: set[Pair] = set()
        in_vain = 0
        while in_vain < _ENOUGH:
            row = self._row(chance)
            in_vain = 0 if _pairs(row) - seen else in_vain + 1
            if not in_vain:
                rows.append(row)
                seen |= _pairs(row)
        undecided = 0
        search = Search(self._questions, chance)
        for wanted in self._possible():
            if _pairs(wanted) <= seen:
                continue
            try:
                found = search.row_with(wanted)
            except Undecided:
                undecided += 1
                continue
            if found is not None:
                rows.append(found)
                seen |= _pairs(found)
        return rows, undecided

    def _possible(self) -> Iterator[Row]:
        """Every answer alone, and with every other one."""
        tried = self._questions.tried
        yield from ({question.name: value} for question in tried for value in question.values)
        for one, other in combinations(tried, 2):
            yield from ({one.name: a, other.name: b} for a in one.values for b in other.values)

    def _row(self, chance: random.Random) -> Row:
        row: Row = {}
        for question in self._questions.tried:
            if self._questions.is_asked(question, row):
                values = [value for value in question.values if self._questions.takes(question, value, row)]
                if values:
                    row[question.name] = chance.choice(values)
        return row

    def _all(self, row: Row, rest: Sequence[Question]) -> Iterator[Row]:
        if not rest:
            yield row
            return
        question, *others = rest
        values = question.values if self._questions.is_asked(question, row) else ()
        values = tuple(value for value in values if self._questions.takes(question, value, row))
        for value in values:
            yield from self._all({**row, question.name: value}, others)
        if not values:
            yield from self._all(row, others)


def _answers(row: Row) -> Row:
    """What a row gives; what the template computes is left out."""
    return {name: value for name, value in row.items() if value is not COMPUTED}


def _pairs(row: Row) -> set[Pair]:
    """Every two answers of a row, and each alone."""
    answers = [f"{name}={value!r}" for name, value in row.items()]
    return {*combinations(answers, 2), *((answer, "") for answer in answers)}
