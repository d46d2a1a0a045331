"""`scaffold undo`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.app import JsonFlag, app
from scaffold.commands.consent import require_yes
from scaffold.commands.update import ProjectArgument
from scaffold.commands.written import recover_interrupted
from scaffold.errors import DRIFT, UsageError
from scaffold.flags import PlainCommand
from scaffold.reports import output

if TYPE_CHECKING:
    from scaffold.writing.undo import Undo


@app.command(cls=PlainCommand)
def undo(  # noqa: PLR0913  # a parameter for each flag
    project: ProjectArgument = ".",
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take it back without asking.")] = False,
    list_steps: Annotated[
        bool, typer.Option("--list", help="List the steps that can be taken back, the newest first.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget all steps here, with the former contents of files.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be taken back; write nothing.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Take back the last new, add, update or reanswer; files changed since then are left and listed."""
    from scaffold.reports import steps as report
    from scaffold.writing import undo as undoing

    if list_steps + forget + dry_run > 1:
        raise UsageError("choose one of --list, --forget and --dry-run")
    root = undoing.find(Path(project))
    if list_steps:
        found = undoing.steps(root)
        _print(report.steps_json(root, found) if as_json else report.steps_text(root, found))
        return
    if not dry_run:
        recovery = recover_interrupted(root)
        if not forget and (recovery.taken_back or recovery.kept):  # that was the last run: no step before it goes
            _print(report.recovered_json(root, recovery) if as_json else report.recovered_text(root))
            return
    if forget:
        number = undoing.forget(root)
        _print(report.forgotten_json(root, number) if as_json else report.forgotten_text(root, number))
        return
    found_undo = undoing.newest(root)
    if not dry_run:
        if not yes:
            refusal = f"no terminal to ask at: add --yes to take back {report.step_text(found_undo.step)}"
            text = report.undo_text(found_undo, written=False)
            require_yes("Take this back?", partial(output.say_plain, text), UsageError(refusal), as_json=as_json)
        undoing.take_back(found_undo)
        _settle(found_undo)
    written = not dry_run
    _print(report.undo_json(found_undo, written=written) if as_json else report.undo_text(found_undo, written=written))
    if found_undo.left:
        raise typer.Exit(DRIFT)


def _settle(undo: Undo) -> None:
    """Conflicts that are taken back are none for git either."""
    from scaffold.life.worktree import settle_unmerged

    if undo.step.command in {"update", "reanswer"}:
        reason = settle_unmerged(undo.step.root, restored=undo.restored.keys(), deleted=undo.deleted)
        if reason:
            output.say_note(reason)


def _print(document: str | dict[str, object]) -> None:
    if isinstance(document, str):
        output.say_plain(document)
    else:
        output.print_json(document)
