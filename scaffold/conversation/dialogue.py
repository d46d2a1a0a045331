"""The conversation: one turn after the other, and the recommendation. Esc goes back, and nothing said is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scaffold import shell
from scaffold.conversation.naming import DOES
from scaffold.conversation.summary import against, leads_to, three_lines
from scaffold.conversation.walk import Walk, design_of, replies_to
from scaffold.conversation.wording import ADVICE, GIL_TURNS, MEASURE, Turn
from scaffold.errors import Cancelled
from scaffold.project import TeamTemplatePreferred, recommendation_for
from scaffold.questions import (
    ADVICE_QUESTIONS,
    DESIGN_QUESTION,
    complete_follow_ups,
    complete_workload,
    is_relevant,
)
from scaffold.recommend import AXES
from scaffold.text import escaped
from scaffold.ui import BACK, Page, Row
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.questions import Answers, Question, Value
    from scaffold.recommend import Recommendation
    from scaffold.sources.names import Names
    from scaffold.ui import Ui

_QUESTIONS: Final = {question.name: question for question in (*ADVICE_QUESTIONS, DESIGN_QUESTION)}
_RECOMMENDED: Final = " (recommended)"
_MEASURED: Final = ("bound", "releases_gil", "workers_kind", "workers")
_HOW_TO_MEASURE: Final = """\
scaffold probe calls your function for some seconds, and says whether it waits or computes, and how many workers help:
  scaffold probe path/to/file.py:function --items inputs.txt --save probe.json
It takes an item a call, from a file with one on each line; without --items, nothing.
"""


class Conversation:
    """What has been said so far about the work, and what to say next."""

    def __init__(  # noqa: PLR0913  # each says something else about the one conversation
        self,
        ui: Ui,
        command: Sequence[str],
        given: Answers,
        *,
        place: str = "",
        team: Names | None = None,
        questions: Sequence[Question] = (),
        with_design: bool = True,
        follow_ups: bool = True,
    ) -> None:
        """Begin with what is given.

        Args:
            ui: Who is asked.
            command: The words that begin this conversation, without answers.
            given: The answers that are known already.
            place: What will be made where; nothing, where nothing is made.
            team: Templates to offer for the work.
            questions: Those that are not about the work, for the command that goes on.
            with_design: Whether the recommendation is shown, for another design to be taken.
            follow_ups: Whether it is asked what shapes the code of the design.
        """
        self.ui = ui
        self.walk = Walk(given)
        self._words = command
        self._place = place
        self._team = team
        self._questions = (*ADVICE_QUESTIONS, DESIGN_QUESTION, *questions)
        self._with_design, self._follow_ups = with_design, follow_ups

    def run(self) -> None:
        """Ask whatever is open.

        Raises:
            Cancelled: With the command that goes on.
            TeamTemplatePreferred: The user takes a template of their team's.
        """
        while (turn := self.next_turn()) is not None:
            reply = self._advise() if turn is ADVICE else self._ask(turn)
            if reply is BACK:
                self.walk.back()

    def next_turn(self) -> Turn | None:
        """The next to ask; None when all is said."""
        turn = self.walk.stand().turn
        if turn is ADVICE and not self._with_design:
            return None
        return None if turn is not None and turn.group == "run" and not self._follow_ups else turn

    @property
    def known(self) -> dict[str, Value]:
        """All that is known, with a design."""
        known = self.walk.stand().known
        return {**known, "design": design_of(known).value}

    def workload(self) -> dict[str, Value]:
        """The answers about the work and its design, all of them."""

        def default(question: Question, answers: Answers) -> Value:
            return question.recommended(answers)

        return complete_follow_ups(complete_workload(self.known, default), default)

    def trail(self) -> list[str]:
        """What was said so far."""
        said = [f"{said.turn.short}: {said.reply.label.removesuffix(_RECOMMENDED)}" for said in self.walk.stand().said]
        return [*([escaped(self._place)] if self._place else []), *said]

    def command(self) -> str:
        """The command line that says all that was said so far: it goes on with the next question."""
        return shell.command(self._command())

    def _command(self, *, without: Sequence[str] = ()) -> Iterator[str]:
        yield from self._words
        known = self.walk.stand().known
        beside = self.workload() if "shape" in known else known
        for question in self._questions:
            if question.name in without:
                continue
            about_work = question in ADVICE_QUESTIONS
            if question.name in known and (not about_work or beside is known or is_relevant(question, beside)):
                yield from question.as_flag(known[question.name])

    def _when_measured(self) -> Iterator[str]:
        """The same without what a measurement answers; a team's template does not take one, and asks again."""
        yield from self._command(without=_MEASURED)
        if "--template" not in self._words:
            yield from ("--probe", "probe.json")

    def cancelled(self, error: Cancelled) -> Cancelled:
        """The same, with the command that goes on."""
        return error.resumed_by(self.command())

    def ask_again(self, turn: Turn) -> object:
        """Ask one turn once more, as it was asked the first time; BACK, or what was replied."""
        return self._ask(turn, again=True)

    def _ask(self, turn: Turn, *, again: bool = False) -> object:
        known = self.walk.stand(until=turn).known if again else self.walk.stand().known
        if again:
            known = {name: value for name, value in known.items() if name not in turn.sets}
            if turn in GIL_TURNS:
                known.pop("design", None)
        rows = [
            Row(reply.value, reply.label, reply.example, leads_to(known, reply)) for reply in replies_to(turn, known)
        ]
        trail = [] if again else self.trail()
        back = again or self.walk.last is not None
        reply = self.ui.pick(Page(turn.title, rows, self._current(turn, known), trail, back=back))
        if reply == MEASURE:
            self.ui.show(_HOW_TO_MEASURE)
            raise Cancelled("stopped to measure", resume=shell.command(self._when_measured()))
        if reply is not BACK:
            self.walk.reply(turn, reply)
            if again and all(said.turn is not turn for said in self.walk.stand().said):
                self._give_beside(turn, reply)
        return reply

    def _give_beside(self, turn: Turn, value: object) -> None:
        """Keep what was replied to a turn that the walk passes by: it is taken by default, and was changed later."""
        del self.walk.replies[turn]
        for name, answer in next(reply for reply in turn.replies if reply.value == value).sets.items():
            self.give(name, answer)

    def _current(self, turn: Turn, known: Answers) -> Value | None:
        """Where the cursor is at first: at the last reply, else at what `--defaults` takes."""
        if turn.name in self.walk.kept:
            return self.walk.kept[turn.name]
        if turn.name in _QUESTIONS:
            stands = next((said.reply.value for said in self.walk.stand().said if said.turn is turn), None)
            return _QUESTIONS[turn.name].recommended(known) if stands is None else stands
        return None

    def recommendation(self) -> Recommendation:
        """What is recommended, or was chosen, for what is known."""
        return recommendation_for(self.workload())

    def three_lines(self) -> str:
        """The same in short."""
        return three_lines(self.recommendation(), self.workload())

    def _advise(self) -> object:
        """The recommendation, and what can be done about it."""
        ours = self.recommendation()
        entries = self._team.serving(ours) if self._team is not None else []
        go_on = "Go on with it" if not entries else "Go on with scaffold's own"
        rows = [
            *(Row(entry.name, f"Use your team's template {entry.name}", entry.description) for entry in entries),
            Row(ours.design, go_on),
            Row("why", "Show all reasons", "the rules, what they overruled, what another answer would give"),
            Row("other", "Take another design", "the other five"),
        ]
        text = self.three_lines() + ("\nYour team has a template for this." if entries else "")
        while True:
            reply = self.ui.pick(Page(ADVICE.title, rows, None, self.trail(), text, back=self.walk.last is not None))
            if reply == "why":
                self.ui.recommend(ours)
            elif reply == "other":
                if (taken := self.choose_design()) is not BACK:
                    return taken
            elif isinstance(reply, str) and not isinstance(reply, Design):
                workload = self.workload()
                raise TeamTemplatePreferred(reply, {name: workload[name] for name in (*AXES, "design")})
            else:
                if reply is not BACK:
                    self.walk.settle(reply)
                return reply

    def choose_design(self) -> object:
        """Any of the six, each with what it does and what speaks against it; BACK, or the design."""
        ours = self.recommendation()
        rows = [Row(design, design.value, DOES[design], f"-> {against(ours, design)}") for design in Design]
        reply = self.ui.pick(Page("Which design?", rows, ours.design, back=True))
        if reply is not BACK:
            self.walk.settle(reply)
        return reply

    def replied(self, name: str) -> Turn | None:
        """The turn of this name that was asked, or would have been but for a flag."""
        return next((said.turn for said in self.walk.stand().said if said.turn.name == name), None)

    def give(self, name: str, value: Value) -> None:
        """Take an answer that has no turn of its own."""
        self.walk.given[name] = value
