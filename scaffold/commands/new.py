"""`scaffold new`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold import clone, shell
from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, asking
from scaffold.commands.given import (
    advice_questions,
    module_questions,
    note_answers,
    project_questions,
    team_names,
    with_scoped_file,
)
from scaffold.commands.probed import Probed, ProbeFlag
from scaffold.commands.team_flags import (
    AcceptMovedFlag,
    DataFlag,
    RecordFlag,
    TrustFlag,
    as_data,
    as_record,
    template_option,
)
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
from scaffold.conversation.place import AddPreferred, choose_place
from scaffold.errors import Cancelled, UsageError, shown_path
from scaffold.helptext import WITHOUT_QUESTIONS
from scaffold.questions import Answers
from scaffold.reports import advice, files, output
from scaffold.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scaffold.project import Project, TeamProject
    from scaffold.questions import Question
    from scaffold.ui import Ui


TemplateFlag = Annotated[
    Optional[str],
    template_option("A template of your team's instead: a name, a folder, a git URL, gh:OWNER/REPOSITORY."),
]


def _with_template(flags: frozenset[str], own: frozenset[str]) -> Sequence[Question] | None:
    """With `--template` the bundled templates are read only where a flag may be one of theirs."""
    questions = advice_questions()
    known = own | {question.flag for question in questions}
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
    git: Annotated[
        Optional[bool],
        typer.Option(
            "--git/--no-git",
            help="Make a git repository with a first commit of it.",
            show_default=False,
            rich_help_panel=WITHOUT_QUESTIONS,
        ),
    ] = None,
    probe: ProbeFlag = None,
    as_json: JsonFlag = False,
    template: TemplateFlag = None,
    answers_file: RecordFlag = None,
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
    flags = _Flags(answers, defaults=defaults, dry_run=dry_run, show=shown, force=force, git=git, probe=probe)
    if template is not None and probe is not None:
        raise UsageError("--probe goes with scaffold's own designs: leave out --template")
    order = None if template is None else _Order(template, data or (), trust, accept_moved, answers, answers_file)
    try:
        place = _settled(place, ui, flags, given, order)
    except AddPreferred as preferred:
        _add(preferred.root, flags, given)
        return
    project: Project | TeamProject
    if order is None:
        theirs = {"--data": data, "--trust": trust, "--accept-moved": accept_moved, "--answers-file": answers_file}
        _refuse_for_ours(theirs)
        project = _of_ours(place, given, ui, flags)
    else:
        project = _of_theirs(order, place, given, ui, flags)
    if not force:
        project = replace(project, plan=clone.beside_present(project.plan))
    notes = [*_notes(project, place, given, written=not dry_run)]
    became = _made(project, ui, flags, is_named=place is not None)
    for note in notes:
        output.say_note(note)
    _report(project, flags, became, as_json=as_json)
    if project.made_from is not None and project.message and not dry_run:
        ui.tell(project.message)


@dataclass(frozen=True)
class _Flags:
    """What the command line says beside answers."""

    answers: str | None
    _: KW_ONLY
    defaults: bool
    dry_run: bool
    show: Sequence[str]
    force: bool
    git: bool | None
    probe: str | None

    @property
    def words(self) -> tuple[str, ...]:
        """The same as words, but for the answers: those are known by the time that anybody needs this."""
        named = {"--dry-run": self.dry_run, "--force": self.force, "--git": self.git, "--no-git": self.git is False}
        shown = (word for name in self.show for word in ("--show", name))
        measured = () if self.probe is None else ("--probe", self.probe)
        return (*(flag for flag, is_set in named.items() if is_set), *measured, *shown)


def _settled(place: Path | None, ui: Ui, flags: _Flags, given: Answers, order: _Order | None) -> Path | None:
    """Where to write, which a person is asked before anything else."""
    if not ui.can_ask or flags.defaults or flags.force:
        return place
    answered = (question for question in (project_questions() if given else ()) if question.name in given)
    words = [word for question in answered for word in question.as_flag(given[question.name])]
    if order is not None:
        words += order.words
    elif flags.answers is not None:
        words += ("--answers", flags.answers)
    ours = order is None
    return choose_place(ui, place, (*flags.words, *words), offer_add=ours, has_name="name" in given or not ours)


def _add(root: Path, flags: _Flags, given: Answers) -> None:
    """Go on as `scaffold add`: the answers that make sense for a module stay."""
    from scaffold.commands import add

    known = {question.name for question in module_questions()}
    given = with_scoped_file(flags.answers, given, "project")
    add.add(
        str(root),
        dry_run=flags.dry_run,
        show=[*flags.show] or None,
        probe=flags.probe,
        given={name: value for name, value in given.items() if name in known},
    )


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
    """A file to take answers from."""
    record: str | None
    """The file to record them in."""

    @property
    def words(self) -> tuple[str, ...]:
        """The same as words."""
        named = {
            "--trust": self.trust,
            "--accept-moved": self.accept_moved,
            "--answers": self.answers,
            "--answers-file": self.record,
        }
        words = [word for flag, value in named.items() if value is not None for word in (flag, value)]
        return ("--template", self.template, *words, *(word for pair in self.data for word in ("--data", pair)))


def _of_ours(dest: Path | None, given: Answers, ui: Ui, flags: _Flags) -> Project | TeamProject:
    """A project from the bundled templates, or from the team's that the user prefers when told of it."""
    from scaffold.conversation.making import prepare
    from scaffold.project import TeamTemplatePreferred, new_project
    from scaffold.template import bundled

    given = with_scoped_file(flags.answers, given, "project")
    defaults = flags.defaults
    team = team_names()
    probed = Probed.of(flags.probe)
    known = given if probed is None else probed.answers(given, project_questions())
    target = new_project(dest, team.answers_for(bundled().questions_of("project")) if team else {})
    try:
        project = prepare(
            bundled(),
            target,
            known,
            ui,
            use_defaults=defaults,
            team=team,
            flags=flags.words,
            offer_git=lambda: flags.git is None and not flags.dry_run and dest is not None and _can_begin(dest),
        )
    except TeamTemplatePreferred as preferred:
        order = _Order(preferred.name, (), None, None, None, None)
        return _of_theirs(order, dest, preferred.workload, ui, flags)
    asked = ui.can_ask and not defaults
    note_answers(given, project.answers, project.recommendation, measured=known, asked=asked)
    if probed is not None:
        output.say_note(probed.note)
        project = probed.in_project(project)
    if team is not None and not ui.can_ask:
        for entry in team.serving(project.recommendation):
            output.say_note(advice.team_template_text(entry))
    return project


def _of_theirs(order: _Order, dest: Path | None, given: Answers, ui: Ui, flags: _Flags) -> TeamProject:
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
            record=as_record(order.record),
            use_defaults=flags.defaults,
            trust=order.trust,
            accept_moved=order.accept_moved,
            words=flags.words,
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


def _made(project: Project | TeamProject, ui: Ui, flags: _Flags, *, is_named: bool) -> str:
    """Write it, unless that is only tried; what came of the git repository, in a line, or nothing."""
    if flags.dry_run:
        check_shown(project.plan, flags.show)
        return ""
    if not is_named:
        _recover_in(project.plan.dest)
    welcome = project.plan.is_fresh or project.plan.in_clone
    _write(project, ui, flags, ask=ui.can_ask and not (flags.defaults and welcome))
    return _make_repository(project, wanted=flags.git)


def _report(project: Project | TeamProject, flags: _Flags, became: str, *, as_json: bool) -> None:
    if as_json:
        if became:
            output.say_note(became)
        output.print_json(project_json(project, written=not flags.dry_run, show=flags.show))
    elif flags.dry_run:
        print_plan(project.plan, flags.show)
    else:
        output.say(files.done_text(project, became))


def _write(project: Project | TeamProject, ui: Ui, flags: _Flags, *, ask: bool) -> None:
    from scaffold.plan import check_plan

    plan = check_plan(project.plan, force=flags.force)
    welcome = plan.is_fresh or plan.in_clone
    if not welcome or (ask and project.made_from is not None and not project.reviewed):
        output.say(files.tree_text(str(plan.dest), plan.files, plan.changes()), to=sys.stderr)
        if ask:
            _confirm(project, ui, flags, default=welcome)
    publish(plan, "new", make_repository=_moving_repository(project))
    if project.made_from is not None:
        from scaffold.sources import tags

        tags.remember(project.made_from)


def _moving_repository(project: Project | TeamProject) -> Callable[[Path], None] | None:
    """Takes along the repository that a template's tasks made, where DEST has none of its own."""
    if project.made_from is None or not project.repository:
        return None
    if os.path.lexists(project.plan.dest / ".git"):
        output.say_note(f"{shown_path(project.plan.dest)} has a .git already: the one that a task made is left out")
        return None

    def move(folder: Path) -> None:
        from scaffold.foreign import tree

        for entry in project.repository:
            tree.write(entry, folder / ".git")

    return move


def _confirm(project: Project | TeamProject, ui: Ui, flags: _Flags, *, default: bool) -> None:
    """Let the user see what would be written; whoever says no gets the command that goes on from here.

    Raises:
        Cancelled: They say no.
    """
    try:
        agreed, stopped = ui.confirm("Write these?", default=default), Cancelled(chosen=True)
    except Cancelled as error:
        agreed, stopped = False, error
    if not agreed:
        ours = " ".join([project.command, *map(shell.quoted, flags.words)])
        raise stopped.resumed_by(ours if project.made_from is None else project.goes_on)


def _can_begin(dest: Path) -> bool:
    from scaffold.repositories.making import can_begin

    return can_begin(dest)


def _make_repository(project: Project | TeamProject, *, wanted: bool | None) -> str:
    """Make a git repository of what was written, if that was asked for; what came of it, in a line, or nothing."""
    if not (wanted or (wanted is None and project.git)):
        return ""
    from scaffold.repositories.making import begin_with

    return begin_with(project.plan.dest, f"Made with {project.command.partition(' --')[0]}")
