"""`scaffold check`."""

from __future__ import annotations

import functools
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold import machine
from scaffold.app import JsonFlag, app
from scaffold.commands.update import ModuleFlag
from scaffold.errors import DRIFT, ScaffoldError, UsageError
from scaffold.flags import PlainCommand
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.life.check import Status

_AT_ONCE = 8  # projects; reading them is waiting for the disk


@app.command(cls=PlainCommand)
def check(  # noqa: PLR0913  # a parameter for each flag
    projects: Annotated[
        Optional[list[str]], typer.Argument(metavar="PROJECT", help="One or more; by default the current directory.")
    ] = None,
    *,
    module: ModuleFlag = None,
    ignore: Annotated[
        Optional[list[str]],
        typer.Option("--ignore", metavar="GLOB", help="Files that are not compared, such as 'docs/*'."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where machinery is edited, too.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show how files differ from what was generated.")] = False,
    show: Annotated[
        Optional[str], typer.Option("--show", metavar="FILE", help="Print this file as it was generated, and no more.")
    ] = None,
    as_json: JsonFlag = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON document a project, each on a line.")] = False,
) -> None:
    """Say which generated code is behind its template, edited or missing. Writes nothing."""
    from multiprocessing.pool import ThreadPool

    from scaffold.reports import status

    names = projects or ["."]
    if show is not None:
        if as_json or jsonl or diff or len(names) > 1:
            raise UsageError("--show is for one project, and not beside --json, --jsonl or --diff")
        _show(Path(names[0]), module, show)
        return
    if as_json and (jsonl or len(names) > 1):
        raise UsageError("--json is for one project and not beside --jsonl, which prints a line for each")
    worst = 0
    with ThreadPool(min(_AT_ONCE, len(names))) as pool:
        for name, found in zip(names, pool.imap(functools.partial(_look, module, ignore or ()), names), strict=True):
            worst = max(worst, _code(found, strict=strict))
            if as_json or jsonl:
                document = status.check_json(name, found, with_diff=diff, strict=strict)
                output.print_json(document, indent=2 if as_json else None)
            elif isinstance(found, ScaffoldError):
                output.say_error(found)
            else:
                output.say_plain(status.check_text(found, with_diff=diff, strict=strict))
    if worst:
        raise typer.Exit(worst)


def _look(module: str | None, ignored: Sequence[str], project: str) -> list[Status] | ScaffoldError:
    from scaffold.life.check import check_project

    try:
        return check_project(Path(project), module, ignored)
    except ScaffoldError as error:
        return machine.behind(error)
    except OSError as error:  # one project that cannot be read is no reason not to look at the others
        return machine.behind(machine.refused_by_system(error))


def _show(project: Path, module: str | None, name: str) -> None:
    from scaffold.life.check import generated_file
    from scaffold.reports import files

    output.show_file(files.file_text(PurePosixPath(name), generated_file(project, module, name)))


def _code(found: list[Status] | ScaffoldError, *, strict: bool) -> int:
    """The exit code: something to resolve weighs more than something that could not be looked at."""
    if isinstance(found, ScaffoldError):
        return found.exit_code
    return 0 if all(status.is_strictly_clean if strict else status.is_clean for status in found) else DRIFT
