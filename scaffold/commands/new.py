"""`scaffold new`."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold import clone
from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, asking
from scaffold.commands import completion
from scaffold.commands.given import (
    advice_questions,
    note_computing,
    note_without_effect,
    project_questions,
    team_names,
    with_scoped_file,
)
from scaffold.commands.team_flags import AcceptMovedFlag, DataFlag, TrustFlag, as_data
from scaffold.commands.written import (
    DryRunFlag,
    ShowFlag,
    check_show,
    check_shown,
    print_plan,
    project_json,
    publish,
    recover_interrupted,
)
from scaffold.errors import Cancelled, UsageError, shown_path
from scaffold.helptext import CUSTOM_TEMPLATE, WITHOUT_QUESTIONS
from scaffold.questions import Answers
from scaffold.reports import advice, files, output
from scaffold.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scaffold.project import Project, TeamProject
    from scaffold.questions import Question
    from scaffold.ui import Ui


TemplateFlag = Annotated[
    Optional[str],
    typer.Option(
        "--template",
        metavar="NAME|SOURCE[@REF]",
        help="A template of your team's instead: a name, a folder, a git URL, gh:OWNER/REPOSITORY.",
        rich_help_panel=CUSTOM_TEMPLATE,
        autocompletion=completion.templates,
    ),
]


_OWN_FLAGS = frozenset(
    f"--{name}"
    for name in ("accept-moved", "answers", "data", "defaults", "dry-run", "force", "json", "show", "template", "trust")
)


def _with_template(words: Sequence[str]) -> Sequence[Question] | None:
    """With `--template` the bundled templates are read only where a flag may be one of theirs."""
    questions = advice_questions()
    flags = {word.partition("=")[0] for word in words if word.startswith("-")}
    known = _OWN_FLAGS | {question.flag for question in questions}
    return questions if "--template" in flags and flags <= known else None


@asking(project_questions, fewer=_with_template)
def new(  # noqa: PLR0913  # a parameter for each flag
    dest: Annotated[
        Optional[str], typer.Argument(metavar="DEST", help="The directory to make; by default the project's name.")
    ] = None,
    *,
    answers: AnswersFile = None,
    defaults: DefaultsFlag = False,
    dry_run: DryRunFlag = False,
    show: ShowFlag = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Replace files of the project that are there already.", rich_help_panel=WITHOUT_QUESTIONS
        ),
    ] = False,
    as_json: JsonFlag = False,
    template: TemplateFlag = None,
    data: DataFlag = None,
    trust: TrustFlag = None,
    accept_moved: AcceptMovedFlag = None,
    given: Answers,
) -> None:
    """Ask about the work, recommend a design, and write a tested project for it."""
    shown = check_show(show, dry_run=dry_run)
    place = None if dest is None else Path(dest)
    ui = Terminal.for_command(as_json=as_json)
    if not dry_run:
        _recover_in(place)  # before it is looked at: what a killed run left there is nobody's
    project: Project | TeamProject
    if template is None:
        _refuse_for_ours({"--data": data, "--trust": trust, "--accept-moved": accept_moved})
        project = _of_ours(place, answers, given, ui, defaults=defaults)
    else:
        order = _Order(template, data or (), trust, accept_moved, answers)
        project = _of_theirs(order, place, given, ui, defaults=defaults)
    if not force:
        project = replace(project, plan=clone.beside_present(project.plan))
    notes = [*_notes(project, place, given, written=not dry_run)]
    if dry_run:
        check_shown(project.plan, shown)
    else:
        if place is None:
            _recover_in(project.plan.dest)
        welcome = project.plan.is_fresh or project.plan.in_clone
        _write(project, ui, force=force, ask=ui.can_ask and not (defaults and welcome))
    for note in notes:
        output.say_note(note)
    if as_json:
        output.print_json(project_json(project, written=not dry_run, show=shown))
    elif dry_run:
        print_plan(project.plan, shown)
    else:
        output.say(files.done_text(project))


def _recover_in(place: Path | None) -> None:
    """Take back what a killed run left in a directory that was there; beside one that was not, writing does it."""
    with suppress(OSError):  # of a path that is none: that is said later
        if place is not None and place.is_dir() and not place.is_symlink():
            recover_interrupted(place)


def _refuse_for_ours(flags: Mapping[str, object]) -> None:
    for flag, value in flags.items():
        if value:
            raise UsageError(f"{flag} goes with --template")


@dataclass(frozen=True)
class _Order:
    """What the flags say about a team's template."""

    template: str
    data: Sequence[str]
    trust: str | None
    accept_moved: str | None
    answers: str | None


def _of_ours(
    dest: Path | None, answers: str | None, given: Answers, ui: Ui, *, defaults: bool
) -> Project | TeamProject:
    """A project from the bundled templates, or from the team's that the user prefers when told of it."""
    from scaffold.project import TeamTemplatePreferred, new_project, prepare
    from scaffold.template import bundled

    given = with_scoped_file(answers, given, "project")
    team = team_names()
    target = new_project(dest, team.answers_for(bundled().questions_of("project")) if team else {})
    try:
        project = prepare(bundled(), target, given, ui, use_defaults=defaults, team=team)
    except TeamTemplatePreferred as preferred:
        order = _Order(preferred.name, (), None, None, None)
        return _of_theirs(order, dest, preferred.workload, ui, defaults=defaults)
    note_without_effect(given, project.answers)
    note_computing(given, project.answers, asked=ui.can_ask and not defaults)
    if team is not None and not ui.can_ask:
        for entry in team.serving(project.recommendation):
            output.say_note(advice.team_template_text(entry))
    return project


def _of_theirs(order: _Order, dest: Path | None, given: Answers, ui: Ui, *, defaults: bool) -> TeamProject:
    """A project from a team's template."""
    from scaffold import team
    from scaffold.sources.locate import locate

    if dest is None:
        raise UsageError("--template needs DEST, the directory to make: scaffold new DEST --template ...")
    located = locate(order.template)
    if located.entry is not None and located.entry.deprecated:
        output.say_note(f"{located.entry.name} is deprecated: take --template {located.entry.deprecated}")
    return team.prepare(
        team.Order(
            located=located,
            dest=dest,
            given=given,
            data=as_data(order.data),
            file=None if order.answers is None else Path(order.answers),
            use_defaults=defaults,
            trust=order.trust,
            accept_moved=order.accept_moved,
        ),
        ui,
    )


def _notes(project: Project | TeamProject, place: Path | None, given: Answers, *, written: bool) -> Iterator[str]:
    """What is not as it was said: another name than the folder's, folders that are made, files that are kept."""
    plan = project.plan
    if not written and plan.missing_parents:
        yield f"{shown_path(plan.missing_parents[-1])} is made, too"
    named = None if place is None or project.made_from is not None else place.resolve().name
    if named and named != project.answers["name"] and "name" not in given:
        yield f"the project is called {project.answers['name']}, its package {project.answers['package']}"
    if plan.kept:
        names = sorted(map(str, plan.kept))
        yield f"kept what is there: {', '.join(names)}; {files.see_kept(project, names[-1], written=written)}"
    there = clone.license_in(plan.dest) if plan.in_clone else None
    if there is None or project.made_from is not None:
        return
    name, known = there
    if known == clone.UNKNOWN_LICENSE:
        yield f"{name} is no license that is known here: --license {project.answers['license']}"
    elif known != project.answers["license"]:
        yield f"{name} is {known}, and the project says {project.answers['license']}"


def _write(project: Project | TeamProject, ui: Ui, *, force: bool, ask: bool) -> None:
    from scaffold.plan import check_plan

    plan = check_plan(project.plan, force=force)
    welcome = plan.is_fresh or plan.in_clone
    if not welcome or (ask and project.made_from is not None):
        output.say(files.tree_text(str(plan.dest), plan.files, plan.changes()), to=sys.stderr)
        if ask and not ui.confirm("Write these?", default=welcome):
            raise Cancelled
    publish(plan, "new")
    if project.made_from is not None:
        from scaffold.sources import tags

        tags.remember(project.made_from)
