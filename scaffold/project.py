"""From the user's answers to a project, or a module of one, that is rendered and ready to be written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from scaffold import clone, naming, prompt, shell
from scaffold.answers import Unasked, from_folder, from_git, from_interpreter
from scaffold.errors import BadAnswer
from scaffold.plan import Plan, check_destination
from scaffold.questions import (
    ADVICE_QUESTIONS,
    DESIGN_QUESTION,
    SCOPE,
    Answers,
    Question,
    Value,
    complete_follow_ups,
    complete_workload,
    is_relevant,
    workload_of,
)
from scaffold.recommend import AXES, recommend
from scaffold.ui import Page, Row
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scaffold.foreign.checkout import Checkout
    from scaffold.recommend import Recommendation
    from scaffold.sources.catalogue import Entry
    from scaffold.sources.names import Names
    from scaffold.template import Template
    from scaffold.ui import Ui


class Target(Protocol):
    """What is made, and where: a new project, or a module in an existing one."""

    @property
    def scope(self) -> str:
        """The answer to the template's question of that name."""

    @property
    def command(self) -> str:
        """The command that makes it."""

    def place(self, answers: Answers) -> Path:
        """The project's directory."""

    def title(self, answers: Answers) -> str:
        """What the review screen asks."""

    def suggested(self, given: Answers) -> Answers:
        """Answers that its surroundings suggest beside those given."""

    def assumed(self, given: Answers) -> Answers:
        """Those of them that anybody else would be suggested too, who gives the same place."""

    def check(self, answers: Answers) -> None:
        """Raise ScaffoldError where it cannot be made; BadAnswer, where another answer would mend that."""


@dataclass(frozen=True)
class NewProject:
    """A project in a directory that is still to be made, by default called as the project is."""

    dest: Path | None
    team: Answers
    """What the user's team would answer."""
    scope: str = "project"
    command: str = "new"

    def place(self, answers: Answers) -> Path:
        """The directory to make."""
        return self.dest or Path(str(answers["name"]))

    def title(self, answers: Answers) -> str:
        """With the directory."""
        return f"Write this project to {self.place(answers)}?"

    def suggested(self, given: Answers) -> Answers:
        """The directory's name, git's user, what the team would answer, and the license that is there."""
        if self.dest is not None:
            naming.check_folder(self.dest, given)
        there = None if self.dest is None else clone.license_in(self.dest)
        found: dict[str, Value] = {} if there is None else {"license": there[1]}
        return {**from_folder(self.dest), **from_git(self.dest or Path()), **self.team, **found}

    def assumed(self, given: Answers) -> Answers:
        """The directory's name."""
        return from_folder(self.place(given))

    def check(self, answers: Answers) -> None:
        """Whether the directory can be made, and the package in it, here and on every other system."""
        naming.check_portable(answers, ("--name", "--package", "--module"))
        naming.check_imports(answers)
        check_destination(self.place(answers))


def new_project(dest: Path | None, team: Answers) -> NewProject:
    """A project in this directory, for which a team has answers.

    Raises:
        Refused: It can never hold one.
    """
    if dest is not None:
        check_destination(dest)
    return NewProject(dest, team)


class TeamTemplatePreferred(Exception):
    """The user takes a template of their team's for the work that they described."""

    def __init__(self, name: str, workload: Answers) -> None:
        self.name = name
        self.workload = workload
        super().__init__(name)


def _offer(ui: Ui, entries: Sequence[Entry], workload: Answers) -> None:
    """Let the user take a template that their team has for such work.

    Raises:
        TeamTemplatePreferred: They do.
    """
    if not entries:
        return
    rows = [Row(entry.name, f"the team's template {entry.name}") for entry in entries]
    own = Row(None, "the one of scaffold")
    chosen = ui.pick(Page("Your team has a template for this.", [*rows, own], rows[0].value))
    if chosen is not None:
        raise TeamTemplatePreferred(chosen, {name: workload[name] for name in (*AXES, "design")})


def _offer_processes(ui: Ui, workload: Answers) -> str | None:
    """Offer the map on processes for what a few threads would compute no faster; the design, if it is taken."""
    if workload["design"] != Design.BATCH.value or workload["bound"] != "cpu" or workload["releases_gil"]:
        return None
    rows = (
        Row(Design.MAP.value, "threadpool/map on processes: they compute side by side"),
        Row(None, "thread/batch: threads keep it out of the way, and get no faster"),
    )
    title = "With a GIL, threads compute in Python no faster than one does."
    chosen: str | None = ui.pick(Page(title, rows, rows[0].value))
    return chosen


@dataclass(frozen=True)
class Project:
    """A project with all its answers, rendered but not written."""

    plan: Plan
    answers: Answers
    recommendation: Recommendation
    command: str
    """The command line that makes the same without asking."""
    made_from: None = None
    """The bundled templates."""


@dataclass(frozen=True)
class TeamProject:
    """The same from a team's template."""

    plan: Plan
    answers: Mapping[str, object]
    recommendation: Recommendation | None
    """None where the template asks nothing about the work."""
    command: str
    made_from: Checkout


def recommendation_for(answers: Answers) -> Recommendation:
    """The recommendation for complete answers, with the design that they name."""
    return recommend(workload_of(answers), Design(answers["design"]))


def prepare(  # noqa: PLR0913  # each says something else about the one project
    template: Template,
    target: Target,
    given: Answers,
    ui: Ui,
    *,
    use_defaults: bool,
    team: Names | None = None,
) -> Project:
    """Collect the missing answers and render; `team` has templates to offer for the work.

    Raises:
        TeamTemplatePreferred: The user takes one of them.
        ScaffoldError: An answer is missing or refused, the target cannot be made, or the user cancels.
    """
    if ui.can_ask and not use_defaults:
        return _project(template, target, _ask_all(template, target, given, ui, team))
    unasked = Unasked()
    workload = complete_follow_ups(complete_workload(given, unasked), unasked)
    if not use_defaults:
        unasked.refuse_missing()
    answers = template.complete({**workload, SCOPE: target.scope}, _suggested(template, target, given))
    target.check(answers)
    return _project(template, target, answers)


def _project(template: Template, target: Target, answers: Answers) -> Project:
    questions = _relevant(template, answers)
    return Project(
        plan=Plan(target.place(answers), template.render(answers)),
        answers={question.name: answers[question.name] for question in questions},
        recommendation=recommendation_for(answers),
        command=shell.command(_command(template, target, answers, questions)),
    )


def _command(template: Template, target: Target, answers: Answers, questions: Sequence[Question]) -> Iterator[str]:
    """All that was said about the work, and of the rest what `--defaults` would not give anywhere else."""
    advice = {question.name: answers[question.name] for question in ADVICE_QUESTIONS}
    design = recommend(workload_of(answers)).design.value
    assumed = template.fill({**advice, SCOPE: target.scope, "design": design}, target.assumed(answers))
    yield from ("scaffold", target.command, shell.path_word(target.place(answers)))
    for question in questions:
        if question in ADVICE_QUESTIONS or answers[question.name] != assumed[question.name]:
            yield from question.as_flag(answers[question.name])
    yield "--defaults"


def _relevant(template: Template, answers: Answers) -> list[Question]:
    advice = [question for question in ADVICE_QUESTIONS if is_relevant(question, answers)]
    project = [question for question in template.project_questions if template.is_relevant(question, answers)]
    return [*advice, DESIGN_QUESTION, *project]


def _ask_all(template: Template, target: Target, given: Answers, ui: Ui, team: Names | None) -> Answers:
    """Ask for the workload, show the recommendation, then let everything be changed on one screen."""
    chosen: dict[str, Value] = dict(given)
    while True:
        workload = complete_workload(chosen, prompt.asking(ui))
        ui.recommend(recommendation_for(workload))
        if team is not None:
            _offer(ui, team.serving(recommendation_for(workload)), workload)
        workload = complete_follow_ups(workload, prompt.asking(ui))
        if (design := _offer_processes(ui, workload)) is not None:
            chosen["design"] = design
            workload = complete_follow_ups({**workload, **chosen, "workers_kind": "process"}, prompt.asking(ui))
        chosen |= {
            question.name: workload[question.name] for question in ADVICE_QUESTIONS if is_relevant(question, workload)
        }
        answers = _review(template, target, workload, chosen, ui)
        if answers is not None:
            return answers


def _review(template: Template, target: Target, workload: Answers, chosen: dict[str, Value], ui: Ui) -> Answers | None:
    """The review screen; None when an answer changed that the recommendation depends on."""
    while True:
        answers = _completed(template, target, workload, chosen, ui)
        question = prompt.review(ui, target.title(answers), answers, _relevant(template, answers), "yes, write it")
        if question is None:
            return answers
        _change(template, question, answers, chosen, ui)
        if question in ADVICE_QUESTIONS or question is DESIGN_QUESTION:
            return None


def _completed(template: Template, target: Target, workload: Answers, chosen: dict[str, Value], ui: Ui) -> Answers:
    """All answers; where a default does not do, such as a folder called `queue`, ask at once."""
    while True:
        project = {q.name: chosen[q.name] for q in template.project_questions if q.name in chosen}
        known = {**workload, **project, SCOPE: target.scope}
        suggested: Answers = {}
        try:
            suggested = _suggested(template, target, known)
            answers = template.complete(known, suggested)
            target.check(answers)
        except BadAnswer as error:
            question = next(question for question in template.project_questions if question.flag == error.flag)
            ui.warn(error)
            _change(template, question, template.fill(known, suggested), chosen, ui)
        else:
            return answers


def _suggested(template: Template, target: Target, given: Answers) -> Answers:
    """What the target's surroundings suggest, and for what they leave open this machine."""
    return {**from_interpreter(template), **target.suggested(given)}


def _change(template: Template, question: Question, answers: Answers, chosen: dict[str, Value], ui: Ui) -> None:
    def check(value: Value) -> None:
        template.validate(question, {**answers, question.name: value})

    default = answers.get(question.name, template.default(question, answers))
    chosen[question.name] = prompt.ask(ui, question, default, check)
    if question.name == "shape":
        chosen.pop("design", None)  # it was chosen for work of another shape
