"""`scaffold update` and `scaffold reanswer`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold import prompt, report
from scaffold.answers import read_answers
from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, asking
from scaffold.commands.given import all_questions, changeable_questions
from scaffold.errors import UsageError
from scaffold.questions import Answers

if TYPE_CHECKING:
    from collections.abc import Callable

    from scaffold.generated import Piece
    from scaffold.update import Target, Update

ProjectArgument = Annotated[
    str, typer.Argument(metavar="PROJECT", help="The project, or a directory in it; by default the current one.")
]
ModuleFlag = Annotated[
    Optional[str], typer.Option("--module", metavar="NAME", help="Only this module, made by scaffold add.")
]
ConflictFlag = Annotated[
    str,
    typer.Option("--conflict", metavar="inline|rej", help="Conflicts in the file between markers, or in FILE.rej."),
]
AllowDirtyFlag = Annotated[
    bool, typer.Option("--allow-dirty", help="Even where changes are not committed, or there is no git repository.")
]
DryRunFlag = Annotated[bool, typer.Option("--dry-run", help="Show what would change, as a diff; write nothing.")]


@asking(changeable_questions)
def update(  # noqa: PLR0913  # a parameter for each flag
    project: ProjectArgument = ".",
    *,
    module: ModuleFlag = None,
    to: Annotated[
        Optional[str], typer.Option("--to", metavar="VERSION", help="A certain version of the template, also an older.")
    ] = None,
    conflict: ConflictFlag = "inline",
    allow_dirty: AllowDirtyFlag = False,
    dry_run: DryRunFlag = False,
    answers: AnswersFile = None,
    defaults: DefaultsFlag = False,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Bring generated code to the newest version of its template; local edits are kept."""
    from scaffold.history import history
    from scaffold.update import to_version

    template = history().template(to or history().newest)
    ask = prompt.is_possible() and not as_json
    in_file = {} if answers is None else read_answers(Path(answers), template.questions)

    def target(piece: Piece) -> Target:
        news = {name: value for name, value in in_file.items() if name not in piece.recorded}
        return to_version(piece, template, {**news, **given}, ask=ask, use_defaults=defaults)

    _run("update", project, module, target, _How(conflict, allow_dirty, dry_run, as_json))


@asking(changeable_questions)
def reanswer(  # noqa: PLR0913  # as above
    project: ProjectArgument = ".",
    *,
    module: ModuleFlag = None,
    conflict: ConflictFlag = "inline",
    allow_dirty: AllowDirtyFlag = False,
    dry_run: DryRunFlag = False,
    answers: AnswersFile = None,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Change answers of generated code, in the same version of its template; local edits are kept."""
    from scaffold.update import to_answers

    in_file = {} if answers is None else read_answers(Path(answers), all_questions())
    given = {**in_file, **given}
    ask = prompt.is_possible() and not as_json and not given
    if not given and not ask:
        raise UsageError("no terminal to ask at: add the answers to change as flags, such as --workers 8")

    def target(piece: Piece) -> Target:
        return to_answers(piece, given, ask=ask)

    _run("reanswer", project, module, target, _How(conflict, allow_dirty, dry_run, as_json))


@dataclass(frozen=True)
class _How:
    """The flags that both have."""

    conflict: str
    allow_dirty: bool
    dry_run: bool
    as_json: bool


def _run(command: str, project: str, module: str | None, target: Callable[[Piece], Target], how: _How) -> None:
    from scaffold import report_status
    from scaffold.generated import find_root, pieces_of, select
    from scaffold.publish import take_back_interrupted
    from scaffold.update import merge
    from scaffold.worktree import check_clean

    if how.conflict not in {"inline", "rej"}:
        raise UsageError(f"--conflict: {how.conflict!a} is neither inline nor rej")
    root = find_root(Path(project))
    pieces = select(pieces_of(root), module)
    if not how.dry_run:
        for path in take_back_interrupted(root):
            report.say_note(f"took back {path}, left by a run that was killed")
        if not how.allow_dirty:
            check_clean(root, ())  # before anybody answers questions in vain
    update = merge(root, [target(piece) for piece in pieces], "rej" if how.conflict == "rej" else "inline")
    if not how.dry_run:
        _write(command, update, how)
    for note in (note for made in update.targets for note in made.notes):
        report.say_note(note)
    if how.as_json:
        report.print_json(report_status.update_json(update, written=not how.dry_run))
    else:
        report.say_plain(report_status.update_text(update, with_diff=how.dry_run))
    if update.conflicts:
        raise typer.Exit(3)


def _write(command: str, update: Update, how: _How) -> None:
    from scaffold.publish import publish
    from scaffold.undo import remembered
    from scaffold.worktree import check_clean

    plan = update.plan
    if not how.allow_dirty:
        check_clean(update.root, (*plan.files, *plan.removed))
    if plan.files or plan.removed:
        with remembered(plan, command):
            publish(plan)
