"""Sets of answers that together try a template: few of them, in which almost every two answers that can meet do.

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
from scaffold.trial.values import AWKWARD, COMPUTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scaffold.foreign.config import Config
    from scaffold.trial.questions import Question

_MOST_ROWS = 10_000
_ENOUGH = 600  # rows in turn that bring no new pair; what is left after that is counted
_BETTER = 20  # attempts to improve a row before it is taken
_SEED = 0  # the same rows at every run


@dataclass(frozen=True)
class Covering:
    """Rows in which two answers that can meet do meet, but for the rarest."""

    rows: tuple[Row, ...]
    met: int
    """Pairs of answers that some row holds."""
    unmet: int = 0
    """All others. Most cannot meet, since a question is not asked or an answer refused; that is not proven."""


class AnswerSets:
    """The answers with which a template is tried."""

    def __init__(self, config: Config, root: Path, given: Mapping[str, Any] | None = None) -> None:
        """Read the template's questions; `given` are answers in every row."""
        self._given = dict(given or {})
        self._questions = Questions(config, root, self._given)

    @property
    def required(self) -> Sequence[str]:
        """The questions that need an answer, and for which there is none to try."""
        return self._questions.plainest[1]

    def awkward(self, rows: Sequence[Row]) -> dict[str, Row]:
        """For each question whose answer is awkward text in one of these rows, a row where it is the only such answer.

        Beside it are the defaults, where it is asked beside them.
        """
        found: dict[str, Row] = {}
        for question in self._questions.tried:
            name = question.name
            row = next((row for row in rows if row.get(name) == AWKWARD), None)
            if row is not None and not self._questions.is_given(question):
                plainest, _ = self._questions.plainest
                beside = plainest if self._questions.is_asked(question, plainest) else without_awkward(row, row)
                found[name] = {**beside, name: AWKWARD}
        return found

    def pairwise(self) -> Covering:
        """Few rows, after one of the defaults alone, as far as there are any."""
        chance = random.Random(_SEED)  # noqa: S311  # no secret depends on it
        pairs = _Pairs(self._questions.tried)
        pool = self._pool(chance, pairs)
        chosen: list[Row] = [self._questions.plainest[0]]
        wanted, met = pairs.all, 0
        while uncovered := wanted & ~met:
            pool = [candidate for candidate in pool if candidate[1] & uncovered]
            row, held = max(pool, key=lambda candidate: (candidate[1] & uncovered).bit_count())
            for _ in range(_BETTER):
                other = self._row(chance, _without_one(row, chance))
                others = pairs.of(other)
                if (others & uncovered).bit_count() >= (held & uncovered).bit_count():
                    row, held = other, others
            chosen.append(_answers(row))
            met |= held
        return Covering(tuple(chosen), pairs.number(met), self._thinkable() - pairs.number(met))

    def exhaustive(self) -> Covering:
        """Every combination: each pair that can meet does.

        Raises:
            UsageError: There are more than 10,000.
        """
        rows: list[Row] = []
        pairs = _Pairs(self._questions.tried)
        for row in self._all({}, self._questions.tried):
            if len(rows) == _MOST_ROWS:
                raise UsageError(f"--exhaustive: more than {_MOST_ROWS:,} combinations; leave it out")
            rows.append(_answers(row))
            pairs.of(row)
        return Covering(tuple(rows), pairs.number(pairs.all))

    def _pool(self, chance: random.Random, pairs: _Pairs) -> list[tuple[Row, int]]:
        """Rows, and the pairs of each, in which nearly every pair that can be there is.

        Most differ in one answer from a row that brought something new, every third from the longest of these: that
        leads, step by step, to questions that are asked beside few answers only.
        """
        rows: list[tuple[Row, int]] = []
        new: list[Row] = []
        in_vain = 0
        while in_vain < _ENOUGH:
            like: Row = {}
            if new and (turn := len(rows) % 3):
                like = _without_one(max(new, key=len) if turn == 1 else chance.choice(new), chance)
            row = self._row(chance, like)
            before = pairs.all
            rows.append((row, pairs.of(row)))
            in_vain += 1
            if pairs.all != before:
                new.append(row)
                in_vain = 0
        return rows

    def _thinkable(self) -> int:
        """How many pairs there are, whether or not they can meet."""
        numbers = [len(question.values) for question in self._questions.tried]
        return sum(one * other for one, other in combinations(numbers, 2))

    def _row(self, chance: random.Random, like: Row) -> Row:
        """A random row; where its question is asked and takes it, with an answer as in `like`."""
        row: Row = {}
        for question in self._questions.tried:
            if not self._questions.is_asked(question, row):
                continue
            name = question.name
            if name in like and self._questions.takes(question, like[name], row):
                row[name] = like[name]
                continue
            values = self._taken(question, row)
            if values:
                row[name] = chance.choice(values)
        return row

    def _taken(self, question: Question, row: Row) -> Sequence[Any]:
        """Those of its values that it takes beside this row."""
        if question.takes_all:
            return question.values
        return [value for value in question.values if self._questions.takes(question, value, row)]

    def _all(self, row: Row, rest: Sequence[Question]) -> Iterator[Row]:
        if not rest:
            yield row
            return
        question, *others = rest
        values = self._taken(question, row) if self._questions.is_asked(question, row) else ()
        for value in values:
            yield from self._all({**row, question.name: value}, others)
        if not values:
            yield from self._all(row, others)


def without_awkward(row: Row, names: Iterable[str]) -> Row:
    """The row without awkward text as the answer to these questions."""
    left_out = set(names)
    return {name: value for name, value in row.items() if value != AWKWARD or name not in left_out}


def _answers(row: Row) -> Row:
    """What a row gives; what the template computes is left out."""
    return {name: value for name, value in row.items() if value is not COMPUTED}


def _without_one(row: Row, chance: random.Random) -> Row:
    left_out = chance.choice([*row]) if row else None
    return {name: value for name, value in row.items() if name != left_out}


class _Pairs:
    """Every two answers, and each alone, of the rows so far; a set of them is a number with a bit for each.

    An answer has a bit for itself, and beside it one for each answer to a later question.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        total = sum(len(question.values) for question in questions)
        self._places: dict[str, tuple[int, int, int]] = {}
        """For each answer its number, that of the first answer to the next question, and its own bit."""
        self._alone = 0
        number = bit = 0
        for question in questions:
            later = number + len(question.values)
            for value in question.values:
                self._places[_word(question.name, value)] = number, later, bit
                self._alone |= 1 << bit
                number, bit = number + 1, bit + 1 + total - later
        self.all = 0
        """Those of all rows."""

    def number(self, some: int) -> int:
        """How many of some are pairs; an answer alone is none."""
        return (some & ~self._alone).bit_count()

    def of(self, row: Row) -> int:
        """Those of a row, whose answers are in the order of the questions."""
        found = after = 0
        for name, value in reversed(row.items()):
            number, later, bit = self._places[_word(name, value)]
            found |= (after >> later << 1 | 1) << bit
            after |= 1 << number
        self.all |= found
        return found


def _word(name: str, value: object) -> str:
    return f"{name}={value!r}"
