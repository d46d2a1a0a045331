"""A row of answers that holds certain ones, where random rows did not: looked for in the order of the questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.trial.outlook import Outlook

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from scaffold.trial.questions import Question, Questions, Row

_MOST_STEPS = 2_000  # for one row
_MOST_STEPS_IN_ALL = 100_000  # what takes more is rare, and is said


class Undecided(Exception):
    """It takes too many steps to find out."""


class Search:
    """Looks for rows, one after another."""

    def __init__(self, questions: Questions, chance: random.Random) -> None:
        self._questions = questions
        self._chance = chance
        self._left_in_all = _MOST_STEPS_IN_ALL
        self._left = 0

    def row_with(self, wanted: Row) -> Row | None:
        """A row with these answers, or None where there can be none.

        Raises:
            Undecided: That was not found out.
        """
        self._left = min(_MOST_STEPS, self._left_in_all)
        before = self._left
        try:
            # The conditions alone say of most pairs that they cannot meet, and depend on far fewer questions.
            if self._found({}, self._behind(wanted, refusals=False), wanted, refusals=False) is None:
                return None
            relevant = self._behind(wanted, refusals=True)
            found = self._found({}, relevant, wanted, refusals=True)
        finally:
            self._left_in_all -= before - self._left
        return None if found is None else self._completed(found, {question.name for question in relevant})

    def _behind(self, wanted: Row, *, refusals: bool) -> list[Question]:
        """These questions and all on which they depend, in their order."""
        names: set[str] = set()
        new = set(wanted)
        while new:
            names |= new
            asked = [question for question in self._questions.tried if question.name in new]
            behind = {need for each in asked for need in each.needs | (each.refusals_need if refusals else frozenset())}
            new = behind - names
        return [question for question in self._questions.tried if question.name in names]

    def _found(
        self, row: Row, rest: Sequence[Question], wanted: Row, decided: tuple[str, ...] = (), *, refusals: bool
    ) -> Row | None:
        """The row, with answers to the rest of the questions on which something depends."""
        if not rest:
            return row
        if self._left <= 0:
            raise Undecided
        self._left -= 1
        outlook = Outlook(self._questions, row, frozenset(decided), wanted)
        if not all(self._may_be(each, wanted, outlook) for each in rest if each.name in wanted):
            return None
        question, *others = rest
        decided = (*decided, question.name)
        for change in self._changes(question, row, wanted, refusals=refusals):
            found = self._found({**row, **change}, others, wanted, decided, refusals=refusals)
            if found is not None:
                return found
        return None

    @staticmethod
    def _may_be(question: Question, wanted: Row, outlook: Outlook) -> bool:
        return True in outlook.may_be_asked(question) and not outlook.must_refuse(question, wanted[question.name])

    def _changes(self, question: Question, row: Row, wanted: Row, *, refusals: bool) -> list[Row]:
        """What can be answered to a question; nothing, where it is not asked or refuses everything."""
        options = [wanted[question.name]] if question.name in wanted else question.values
        is_asked = self._questions.is_asked(question, row)
        taken = self._taken(question, options, row) if refusals else [*options] if is_asked else []
        answers: list[Row] = [{question.name: value} for value in taken]
        # Without a look at what it refuses, it may as well refuse everything.
        may_be_open = not taken or (not refusals and self._questions.may_refuse(question))
        return [*answers, {}] if may_be_open and question.name not in wanted else answers

    def _taken(self, question: Question, options: Sequence[object], row: Row) -> list[object]:
        if not self._questions.is_asked(question, row):
            return []
        return [value for value in options if self._questions.takes(question, value, row)]

    def _completed(self, found: Row, relevant: set[str]) -> Row:
        """With random answers to the questions on which nothing depends."""
        row: Row = {}
        for question in self._questions.tried:
            options = question.values
            if question.name in relevant:
                options = (found[question.name],) if question.name in found else ()
            if values := self._taken(question, options, row):
                row[question.name] = self._chance.choice(values)
        return row
