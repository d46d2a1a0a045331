"""`scaffold undo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scaffold.app import JsonFlag, app
from scaffold.commands.update import ProjectArgument
from scaffold.flags import PlainCommand
from scaffold.reports import output


@app.command(cls=PlainCommand)
def undo(
    project: ProjectArgument = ".",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be taken back; write nothing.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Take back the last new, add, update or reanswer; files changed since then are left and listed."""
    from scaffold.life.undo import find, last, take_back
    from scaffold.publish import take_back_interrupted
    from scaffold.reports import status

    root = find(Path(project))
    for path in () if dry_run else take_back_interrupted(root):
        output.say_note(f"took back {path}, left by a run that was killed")
    found = last(root)
    if not dry_run:
        take_back(root, found)
    if as_json:
        output.print_json(status.undo_json(root, found, written=not dry_run))
    else:
        output.say_plain(status.undo_text(found))
    if found.left:
        raise typer.Exit(3)
