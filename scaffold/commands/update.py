"""`scaffold update` and `scaffold reanswer`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, asking
from scaffold.commands import completion
from scaffold.commands.given import changeable_questions
from scaffold.commands.team_flags import AcceptMovedFlag, DataFlag, RecordFlag, TrustFlag, as_data, as_record
from scaffold.commands.written import publish, recover_interrupted
from scaffold.errors import DRIFT, UsageError
from scaffold.helptext import CUSTOM_TEMPLATE
from scaffold.questions import Answers
from scaffold.reports import output
from scaffold.terminal import Terminal

if TYPE_CHECKING:
    from scaffold.life.request import Request
    from scaffold.life.texts import ConflictStyle
    from scaffold.life.update import Update

ProjectArgument = Annotated[
    str, typer.Argument(metavar="PROJECT", help="The project, or a directory in it; by default the current one.")
]
ModuleFlag = Annotated[
    Optional[str],
    typer.Option(
        "--module",
        metavar="NAME",
        help="Only this module, made by scaffold add.",
        autocompletion=completion.modules,
    ),
]
ConflictFlag = Annotated[
    str,
    typer.Option("--conflict", metavar="inline|rej", help="Conflicts in the file between markers, or in FILE.rej."),
]
NoIndexFlag = Annotated[
    bool, typer.Option("--no-index", help="Leave git's index alone: do not mark files with conflicts as unmerged.")
]
AllowDirtyFlag = Annotated[
    bool, typer.Option("--allow-dirty", help="Even where changes are not committed, or there is no git repository.")
]
DryRunFlag = Annotated[bool, typer.Option("--dry-run", help="Show what would change, as a diff; write nothing.")]
ShowFlag = Annotated[
    Optional[str],
    typer.Option("--show", metavar="FILE", help="With --dry-run: print the new example of a file of yours."),
]


@asking(changeable_questions, changes=True)
def update(  # noqa: PLR0913  # a parameter for each flag
    project: ProjectArgument = ".",
    *,
    module: ModuleFlag = None,
    answers_file: RecordFlag = None,
    to: Annotated[
        Optional[str],
        typer.Option(
            "--to",
            metavar="VERSION",
            help="A certain version of the template, also an older.",
            autocompletion=completion.versions,
        ),
    ] = None,
    major: Annotated[
        bool, typer.Option("--major", help="To another major version, too: scaffold says what to do by hand then.")
    ] = False,
    source: Annotated[
        Optional[str],
        typer.Option(
            "--source",
            metavar="SOURCE[@REF]",
            help="Where a team's template is now; that is recorded.",
            rich_help_panel=CUSTOM_TEMPLATE,
        ),
    ] = None,
    recopy: Annotated[
        bool,
        typer.Option(
            "--recopy",
            help="Begin anew where a team's template lost the version on record: edits become conflicts.",
            rich_help_panel=CUSTOM_TEMPLATE,
        ),
    ] = False,
    conflict: ConflictFlag = "inline",
    no_index: NoIndexFlag = False,
    allow_dirty: AllowDirtyFlag = False,
    dry_run: DryRunFlag = False,
    show: ShowFlag = None,
    answers: AnswersFile = None,
    defaults: DefaultsFlag = False,
    data: DataFlag = None,
    trust: TrustFlag = None,
    accept_moved: AcceptMovedFlag = None,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Bring generated code to the newest version of its template; local edits are kept."""
    from scaffold.life.finding import Selection
    from scaffold.life.request import NewVersion

    style = _style(conflict)
    _check_show(show, dry_run=dry_run, as_json=as_json)
    request = NewVersion(
        wanted=Selection(module, as_record(answers_file)),
        to=to,
        major=major,
        given=given,
        answers_file=None if answers is None else Path(answers),
        data=as_data(data or ()),
        use_defaults=defaults,
        source=source,
        recopy=recopy,
        style=style,
        trust=trust,
        accept_moved=accept_moved,
        allow_dirty=allow_dirty,
        dry_run=dry_run,
    )
    _run("update", project, request, show=show, no_index=no_index, as_json=as_json)


@asking(changeable_questions, changes=True)
def reanswer(  # noqa: PLR0913  # as above
    project: ProjectArgument = ".",
    *,
    module: ModuleFlag = None,
    answers_file: RecordFlag = None,
    conflict: ConflictFlag = "inline",
    no_index: NoIndexFlag = False,
    allow_dirty: AllowDirtyFlag = False,
    dry_run: DryRunFlag = False,
    show: ShowFlag = None,
    answers: AnswersFile = None,
    data: DataFlag = None,
    trust: TrustFlag = None,
    rename: Annotated[
        Optional[str],
        typer.Option(
            "--rename",
            metavar="NAME",
            help="Give the module another name: the project's own, or the one that --module chooses. Its files and"
            " its record move, imports in generated files follow, and those in yours are listed.",
        ),
    ] = None,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Change answers of generated code, in the same version of its template; local edits are kept."""
    from scaffold.life.finding import Selection
    from scaffold.life.request import NewAnswers

    style = _style(conflict)
    _check_show(show, dry_run=dry_run, as_json=as_json)
    request = NewAnswers(
        wanted=Selection(module, as_record(answers_file)),
        given=given,
        answers_file=None if answers is None else Path(answers),
        data=as_data(data or ()),
        style=style,
        trust=trust,
        accept_moved=None,
        allow_dirty=allow_dirty,
        dry_run=dry_run,
        rename=rename,
    )
    _run("reanswer", project, request, show=show, no_index=no_index, as_json=as_json)


def _run(  # noqa: PLR0913  # what both commands have
    command: str, project: str, request: Request, *, show: str | None, no_index: bool, as_json: bool
) -> None:
    """What the two have in common: prepare, write, report."""
    from scaffold.life.finding import find_root
    from scaffold.life.request import prepare
    from scaffold.reports import status

    root = find_root(Path(project), request.wanted)
    if not request.dry_run:
        # Before anything is read: a killed run may have left the record of what it was about to make.
        recover_interrupted(root)
    ui = Terminal.for_command(as_json=as_json)
    update = prepare(root, request, ui)
    if show is not None:
        output.show_file(status.example_text(update, show))
        return
    if not request.dry_run:
        _write(command, update, allow_dirty=request.allow_dirty, no_index=no_index)
    _report(update, written=not request.dry_run, as_json=as_json)
    for message in () if request.dry_run else update.messages:
        ui.tell(message)
    if update.conflicts:
        raise typer.Exit(DRIFT)


def _write(command: str, update: Update, *, allow_dirty: bool, no_index: bool) -> None:
    from scaffold.life.worktree import check_clean, mark_unmerged

    plan = update.plan
    if not allow_dirty:
        check_clean(update.root, (*plan.files, *plan.removed))
    if plan.files or plan.removed or plan.folders:
        publish(plan, command)
        if not no_index and (reason := mark_unmerged(update.root, update.changes)):
            output.say_note(reason)


def _report(update: Update, *, written: bool, as_json: bool) -> None:
    from scaffold.reports import status

    for note in dict.fromkeys(note for step in update.steps for note in step.notes):
        output.say_note(note)
    if as_json:
        output.print_json(status.update_json(update, written=written))
    elif written:
        output.say_plain(status.update_text(update, written=True))
    else:
        output.say_patch(status.update_text(update, written=False))


def _style(conflict: str) -> ConflictStyle:
    if conflict not in {"inline", "rej"}:
        raise UsageError(f"--conflict: {conflict!a} is neither inline nor rej")
    return "rej" if conflict == "rej" else "inline"


def _check_show(show: str | None, *, dry_run: bool, as_json: bool) -> None:
    if show is not None and (as_json or not dry_run):
        raise UsageError("--show goes with --dry-run, and not beside --json")
