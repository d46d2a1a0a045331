"""From the user's answers to a project that is rendered and ready to be written."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import prompt, report
from scaffold.answers import Unasked, from_folder, from_git
from scaffold.errors import BadAnswer
from scaffold.plan import Plan, check_destination
from scaffold.questions import (
    ADVICE_QUESTIONS,
    DESIGN_QUESTION,
    Answers,
    Question,
    Value,
    complete_follow_ups,
    complete_workload,
    is_relevant,
    workload_of,
)
from scaffold.recommend import recommend
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.recommend import Recommendation
    from scaffold.template import Template


@dataclass(frozen=True)
class Project:
    """A project with all its answers, rendered but not written."""

    plan: Plan
    answers: Answers
    recommendation: Recommendation
    command: str
    """The command line that makes the same without asking."""


def recommendation_for(answers: Answers) -> Recommendation:
    """The recommendation for complete answers, with the design that they name."""
    return recommend(workload_of(answers), Design(answers["design"]))


def prepare(template: Template, dest: Path | None, given: Answers, *, ask: bool, use_defaults: bool) -> Project:
    """Collect the missing answers and render.

    Raises:
        ScaffoldError: An answer is missing or refused, the destination is unusable, or the user cancels.
    """
    if dest is not None:
        check_destination(dest)
    if ask and not use_defaults:
        answers, place = _ask_all(template, dest, given)
    else:
        unasked = Unasked()
        workload = complete_follow_ups(complete_workload(given, unasked), unasked)
        if not use_defaults:
            unasked.refuse_missing()
        answers = template.complete(workload, from_folder(dest) | from_git())
        place = dest or Path(str(answers["name"]))
    check_destination(place)
    return _project(template, place, answers)


def _project(template: Template, dest: Path, answers: Answers) -> Project:
    questions = _relevant(template, answers)
    return Project(
        plan=Plan(dest, template.render(answers)),
        answers={question.name: answers[question.name] for question in questions},
        recommendation=recommendation_for(answers),
        command=shlex.join(_command(template, dest, answers, questions)),
    )


def _command(template: Template, dest: Path, answers: Answers, questions: Sequence[Question]) -> Iterator[str]:
    """All that was said about the work, and of the rest what `--defaults` would not give anywhere else."""
    advice = {question.name: answers[question.name] for question in ADVICE_QUESTIONS}
    assumed = template.fill({**advice, "design": recommend(workload_of(answers)).design.value}, from_folder(dest))
    yield from ("scaffold", "new", str(dest))
    for question in questions:
        if question in ADVICE_QUESTIONS or answers[question.name] != assumed[question.name]:
            yield from question.as_flag(answers[question.name])
    yield "--defaults"


def _relevant(template: Template, answers: Answers) -> list[Question]:
    advice = [question for question in ADVICE_QUESTIONS if is_relevant(question, answers)]
    project = [question for question in template.project_questions if template.is_relevant(question, answers)]
    return [*advice, DESIGN_QUESTION, *project]


def _ask_all(template: Template, dest: Path | None, given: Answers) -> tuple[Answers, Path]:
    """Ask for the workload, show the recommendation, then let everything be changed on one screen."""
    chosen: dict[str, Value] = dict(given)
    while True:
        workload = complete_workload(chosen, prompt.ask_open)
        report.say("\n" + report.recommendation_text(recommendation_for(workload)) + "\n")
        workload = complete_follow_ups(workload, prompt.ask_open)
        chosen |= {
            question.name: workload[question.name] for question in ADVICE_QUESTIONS if is_relevant(question, workload)
        }
        again = _review(template, dest, workload, chosen)
        if isinstance(again, tuple):
            return again


def _review(
    template: Template, dest: Path | None, workload: Answers, chosen: dict[str, Value]
) -> tuple[Answers, Path] | None:
    """The review screen; None when an answer changed that the recommendation depends on."""
    while True:
        answers = _completed(template, dest, workload, chosen)
        place = dest or Path(str(answers["name"]))
        question = prompt.review(
            f"Write this project to {place}?", answers, _relevant(template, answers), "yes, write it"
        )
        if question is None:
            return answers, place
        _change(template, question, answers, chosen)
        if question in ADVICE_QUESTIONS or question is DESIGN_QUESTION:
            return None


def _completed(template: Template, dest: Path | None, workload: Answers, chosen: dict[str, Value]) -> Answers:
    """All answers; where a default does not pass its own validator, such as a folder called `queue`, ask at once."""
    while True:
        project = {q.name: chosen[q.name] for q in template.project_questions if q.name in chosen}
        try:
            return template.complete({**workload, **project}, from_folder(dest) | from_git())
        except BadAnswer as error:
            question = next(question for question in template.project_questions if question.flag == error.flag)
            report.say_error(error)
            known = {**from_folder(dest) | from_git(), **workload, **project}
            _change(template, question, known, chosen)


def _change(template: Template, question: Question, answers: Answers, chosen: dict[str, Value]) -> None:
    def check(value: Value) -> None:
        template.validate(question, {**answers, question.name: value})

    chosen[question.name] = prompt.ask(question, answers.get(question.name, template.default(question, answers)), check)
    if question.name == "shape":
        chosen.pop("design", None)  # it was chosen for work of another shape
