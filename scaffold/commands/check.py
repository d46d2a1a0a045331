"""`scaffold check`."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold.app import JsonFlag, app
from scaffold.commands.update import ModuleFlag
from scaffold.errors import ScaffoldError, UsageError
from scaffold.flags import PlainCommand
from scaffold.machine import NoWorkingDirectory, SystemRefused
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.life.check import Status

_AT_ONCE = 8  # projects; reading them is waiting for the disk


@app.command(cls=PlainCommand)
def check(  # noqa: PLR0913  # a parameter for each flag
    projects: Annotated[
        Optional[list[str]], typer.Argument(metavar="PROJECT...", help="By default the current directory.")
    ] = None,
    *,
    module: ModuleFlag = None,
    ignore: Annotated[
        Optional[list[str]],
        typer.Option("--ignore", metavar="GLOB", help="Files whose edits are meant, such as 'src/*/work.py'."),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show how files differ from what was generated.")] = False,
    as_json: JsonFlag = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON document a project, each on a line.")] = False,
) -> None:
    """Say which generated code is behind its template or edited. Writes nothing."""
    from multiprocessing.pool import ThreadPool

    from scaffold.reports import status

    names = projects or ["."]
    if as_json and (jsonl or len(names) > 1):
        raise UsageError("--json is for one project and not beside --jsonl, which prints a line for each")
    worst = 0
    with ThreadPool(min(_AT_ONCE, len(names))) as pool:
        for name, found in zip(names, pool.imap(functools.partial(_look, module, ignore or ()), names), strict=True):
            worst = max(worst, _code(found))
            if as_json or jsonl:
                output.print_json(status.check_json(name, found, with_diff=diff), indent=2 if as_json else None)
            elif isinstance(found, ScaffoldError):
                output.say_error(found)
            else:
                output.say_plain(status.check_text(found, with_diff=diff))
    if worst:
        raise typer.Exit(worst)


def _look(module: str | None, ignored: Sequence[str], project: str) -> list[Status] | ScaffoldError:
    from scaffold.life.check import check_project

    try:
        return check_project(Path(project), module, ignored)
    except ScaffoldError as error:
        return NoWorkingDirectory.behind(error)
    except OSError as error:  # one project that cannot be read is no reason not to look at the others
        return NoWorkingDirectory.behind(SystemRefused(error))


def _code(found: list[Status] | ScaffoldError) -> int:
    """The exit code: something to resolve weighs more than something that could not be looked at."""
    if isinstance(found, ScaffoldError):
        return found.exit_code
    return 0 if all(status.is_clean for status in found) else 3
