"""From the user's answers to a project, or a module of one, that is rendered and ready to be written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from scaffold import clone, naming, shell
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
from scaffold.recommend import recommend
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.tree import Entry
    from scaffold.recommend import Recommendation
    from scaffold.template import Template


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

    @property
    def words(self) -> tuple[str, ...]:
        """The command line that makes it, without answers."""

    @property
    def headline(self) -> str:
        """What will be made where, as far as that is known before the answers."""

    def title(self, answers: Answers) -> str:
        """What the review asks."""

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

    @property
    def words(self) -> tuple[str, ...]:
        """With the directory, where it was named."""
        return ("scaffold", self.command, *([] if self.dest is None else [shell.path_word(self.dest)]))

    @property
    def headline(self) -> str:
        """With the whole path."""
        return "New project" if self.dest is None else f"New project in {self.dest.absolute()}"

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
    git: bool = False
    """Whether the user wants a git repository of it."""


@dataclass(frozen=True)
class TeamProject:
    """The same from a team's template."""

    plan: Plan
    answers: Mapping[str, object]
    recommendation: Recommendation | None
    """None where the template asks nothing about the work."""
    command: str
    made_from: Checkout
    goes_on: str
    """The command line that goes on from what was answered, and asks for the rest."""
    reviewed: bool = False
    """Whether the user has seen what would be written, and wants it."""
    message: str = ""
    """What the template says once it is written: untrusted."""
    repository: Sequence[Entry] = ()
    """What is in the `.git` that the template's tasks made."""
    git: bool = False
    """As that of a project."""


def recommendation_for(answers: Answers) -> Recommendation:
    """The recommendation for complete answers, with the design that they name."""
    return recommend(workload_of(answers), Design(answers["design"]))


def prepare(template: Template, target: Target, given: Answers, *, use_defaults: bool) -> Project:
    """Render with the answers that are given, and defaults for the rest: nobody is asked.

    Raises:
        ScaffoldError: An answer is missing or refused, or the target cannot be made.
    """
    unasked = Unasked()
    workload = complete_follow_ups(complete_workload(given, unasked), unasked)
    if not use_defaults:
        unasked.refuse_missing()
    answers = template.complete({**workload, SCOPE: target.scope}, _suggested(template, target, given))
    target.check(answers)
    return project_of(template, target, answers)


def project_of(template: Template, target: Target, answers: Answers, *, git: bool = False) -> Project:
    """Render with complete answers."""
    questions = relevant(template, answers)
    return Project(
        plan=Plan(target.place(answers), template.render(answers)),
        answers={question.name: answers[question.name] for question in questions},
        recommendation=recommendation_for(answers),
        command=shell.command(_command(template, target, answers, questions)),
        git=git,
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


def relevant(template: Template, answers: Answers) -> list[Question]:
    """The questions that make sense beside complete answers: those about the work, the design, the others."""
    advice = [question for question in ADVICE_QUESTIONS if is_relevant(question, answers)]
    project = [question for question in template.project_questions if template.is_relevant(question, answers)]
    return [*advice, DESIGN_QUESTION, *project]


def completed(template: Template, target: Target, workload: Answers) -> dict[str, Value]:
    """All answers, where those about the work are complete.

    Raises:
        BadAnswer: One will not do, such as the name of a folder called `queue`.
    """
    known = {**workload, SCOPE: target.scope}
    answers = template.complete(known, _suggested(template, target, known))
    target.check(answers)
    return answers


def filled(template: Template, target: Target, workload: Answers) -> dict[str, Value]:
    """The same without a look at what the answers are."""
    known = {**workload, SCOPE: target.scope}
    try:
        suggested = _suggested(template, target, known)
    except BadAnswer:  # the surroundings suggest what will not do
        suggested = {}
    return template.fill(known, suggested)


def _suggested(template: Template, target: Target, given: Answers) -> Answers:
    """What the target's surroundings suggest, and for what they leave open this machine."""
    return {**from_interpreter(template), **target.suggested(given)}
