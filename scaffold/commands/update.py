"""`scaffold update` and `scaffold reanswer`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold.answers import read_answers
from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, asking
from scaffold.commands.given import all_questions, changeable_questions
from scaffold.commands.team_flags import AcceptMovedFlag, DataFlag, TrustFlag, as_data
from scaffold.commands.written import say_recovered
from scaffold.errors import DRIFT, UsageError
from scaffold.questions import Answers
from scaffold.reports import output
from scaffold.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scaffold.life.generated import Piece
    from scaffold.life.merge import ConflictStyle
    from scaffold.life.targets import Target
    from scaffold.life.team_update import Order
    from scaffold.life.update import Update

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
ShowFlag = Annotated[
    Optional[str],
    typer.Option("--show", metavar="FILE", help="With --dry-run: print the new example of a file of yours."),
]


@asking(changeable_questions)
def update(  # noqa: PLR0913  # a parameter for each flag
    project: ProjectArgument = ".",
    *,
    module: ModuleFlag = None,
    to: Annotated[
        Optional[str], typer.Option("--to", metavar="VERSION", help="A certain version of the template, also an older.")
    ] = None,
    major: Annotated[
        bool, typer.Option("--major", help="To another major version, too: scaffold says what to do by hand then.")
    ] = False,
    conflict: ConflictFlag = "inline",
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
    how = _how(
        conflict,
        data,
        trust,
        accept_moved,
        show,
        allow_dirty=allow_dirty,
        dry_run=dry_run,
        as_json=as_json,
        major=major,
    )

    def of_ours(pieces: Sequence[Piece]) -> list[Target]:
        from scaffold.life.history import history
        from scaffold.life.targets import to_version

        targets = []
        for piece in pieces:
            template, notes = history().next_version(piece.template.version, to, cross=major)
            in_file = {} if answers is None else read_answers(Path(answers), template.questions)
            new = {**{name: value for name, value in in_file.items() if name not in piece.recorded}, **given}
            target = to_version(piece, template, new, how.ui, use_defaults=defaults)
            targets.append(replace(target, notes=(*target.notes, *notes)))
        return targets

    def of_theirs(root: Path, piece: Piece) -> Update:
        from scaffold.life import team_update

        if given:
            raise UsageError("a team's template is answered by --data NAME=VALUE")
        return team_update.prepare(root, piece, how.order(to, use_defaults=defaults), how.ui)

    _run("update", project, module, of_ours, of_theirs, how)


@asking(changeable_questions)
def reanswer(  # noqa: PLR0913  # as above
    project: ProjectArgument = ".",
    *,
    module: ModuleFlag = None,
    conflict: ConflictFlag = "inline",
    allow_dirty: AllowDirtyFlag = False,
    dry_run: DryRunFlag = False,
    show: ShowFlag = None,
    answers: AnswersFile = None,
    data: DataFlag = None,
    trust: TrustFlag = None,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Change answers of generated code, in the same version of its template; local edits are kept."""
    how = _how(conflict, data, trust, None, show, allow_dirty=allow_dirty, dry_run=dry_run, as_json=as_json)

    def of_ours(pieces: Sequence[Piece]) -> list[Target]:
        from scaffold.life.targets import to_answers

        in_file = {} if answers is None else read_answers(Path(answers), all_questions())
        new = {**in_file, **given}
        if not new and not how.ui.can_ask:
            raise UsageError("no terminal to ask at: add the answers to change as flags, such as --workers 8")
        return [to_answers(piece, new, how.ui) for piece in pieces]

    def of_theirs(root: Path, piece: Piece) -> Update:
        from scaffold.life import team_update

        if given or not how.data:
            raise UsageError("a team's template is answered by --data NAME=VALUE")
        return team_update.prepare(root, piece, how.order(piece.version, use_defaults=True), how.ui)

    _run("reanswer", project, module, of_ours, of_theirs, how)


@dataclass(frozen=True, kw_only=True)
class _How:
    """The flags that both have."""

    style: ConflictStyle
    data: Mapping[str, str]
    trust: str | None
    accept_moved: str | None
    show: str | None
    major: bool
    allow_dirty: bool
    dry_run: bool
    as_json: bool

    @property
    def ui(self) -> Terminal:
        """Whoever is there to answer."""
        return Terminal.of_command(as_json=self.as_json)

    def order(self, to: str | None, *, use_defaults: bool) -> Order:
        """What they say to a team's template."""
        from scaffold.life.team_update import Order

        return Order(
            to=to,
            major=self.major,
            data=self.data,
            style=self.style,
            use_defaults=use_defaults,
            trust=self.trust,
            accept_moved=self.accept_moved,
        )


def _how(  # noqa: PLR0913  # as above
    conflict: str,
    data: Sequence[str] | None,
    trust: str | None,
    accept_moved: str | None,
    show: str | None,
    *,
    allow_dirty: bool,
    dry_run: bool,
    as_json: bool,
    major: bool = False,
) -> _How:
    if conflict not in {"inline", "rej"}:
        raise UsageError(f"--conflict: {conflict!a} is neither inline nor rej")
    if show is not None and (as_json or not dry_run):
        raise UsageError("--show goes with --dry-run, and not beside --json")
    return _How(
        style="rej" if conflict == "rej" else "inline",
        data=as_data(data or ()),
        trust=trust,
        accept_moved=accept_moved,
        show=show,
        major=major,
        allow_dirty=allow_dirty,
        dry_run=dry_run,
        as_json=as_json,
    )


def _run(  # noqa: PLR0913, PLR0917  # what the two commands have in common
    command: str,
    project: str,
    module: str | None,
    of_ours: Callable[[Sequence[Piece]], list[Target]],
    of_theirs: Callable[[Path, Piece], Update],
    how: _How,
) -> None:
    from scaffold.life.generated import find_root, pieces_of, select
    from scaffold.life.update import join, merge
    from scaffold.life.worktree import check_clean
    from scaffold.reports import status
    from scaffold.writing.journal import recover

    root = find_root(Path(project))
    if not how.dry_run:  # before anything is read: a killed run may have left the record of what it was about to make
        say_recovered(recover(root))
    pieces = select(pieces_of(root), module)
    ours = [piece for piece in pieces if piece.is_bundled]
    theirs = [piece for piece in pieces if not piece.is_bundled]
    if how.data and not theirs:
        raise UsageError("--data answers a team's template: for those of scaffold each question is a flag")
    if not how.dry_run and not how.allow_dirty:
        check_clean(root, ())  # before anybody answers questions in vain
    updates = [merge(root, of_ours(ours), how.style)] if ours else []
    update = join(root, [*updates, *(of_theirs(root, piece) for piece in theirs)])
    if how.show is not None:
        sys.stdout.write(status.example_text(update, how.show))
        return
    if not how.dry_run:
        _write(command, update, how)
    for note in dict.fromkeys(note for step in update.steps for note in step.notes):
        output.say_note(note)
    if how.as_json:
        output.print_json(status.update_json(update, written=not how.dry_run))
    else:
        say = output.say_patch if how.dry_run else output.say_plain
        say(status.update_text(update, written=not how.dry_run))
    if update.conflicts:
        raise typer.Exit(DRIFT)


def _write(command: str, update: Update, how: _How) -> None:
    from scaffold.life.worktree import check_clean
    from scaffold.writing.publish import publish

    plan = update.plan
    if not how.allow_dirty:
        check_clean(update.root, (*plan.files, *plan.removed))
    if plan.files or plan.removed:
        say_recovered(publish(plan, command))
