"""`scaffold undo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scaffold import report
from scaffold.app import JsonFlag, app
from scaffold.commands.update import ProjectArgument
from scaffold.flags import PlainCommand


@app.command(cls=PlainCommand)
def undo(
    project: ProjectArgument = ".",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be taken back; write nothing.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Take back the last new, add, update or reanswer; files changed since then are left and listed."""
    from scaffold import report_status
    from scaffold.publish import take_back_interrupted
    from scaffold.undo import find, last, take_back

    root = find(Path(project))
    for path in () if dry_run else take_back_interrupted(root):
        report.say_note(f"took back {path}, left by a run that was killed")
    found = last(root)
    if not dry_run:
        take_back(root, found)
    if as_json:
        report.print_json(report_status.undo_json(root, found, written=not dry_run))
    else:
        report.say_plain(report_status.undo_text(found))
    if found.left:
        raise typer.Exit(3)
