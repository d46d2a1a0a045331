"""`scaffold check`."""

from __future__ import annotations

import functools
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold import machine
from scaffold.app import JsonFlag, app
from scaffold.commands.team_flags import DataFlag, RecordFlag, TrustFlag, as_data, as_record
from scaffold.commands.update import ModuleFlag
from scaffold.errors import ScaffoldError, UsageError
from scaffold.flags import PlainCommand
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.life.check import Status
    from scaffold.life.comparison import Permission
    from scaffold.life.finding import Selection

_AT_ONCE = 8  # projects; reading them is waiting for the disk


@app.command(cls=PlainCommand)
def check(  # noqa: PLR0913  # a parameter for each flag
    projects: Annotated[
        Optional[list[str]], typer.Argument(metavar="PROJECT", help="One or more; by default the current directory.")
    ] = None,
    *,
    module: ModuleFlag = None,
    answers_file: RecordFlag = None,
    ignore: Annotated[
        Optional[list[str]],
        typer.Option("--ignore", metavar="GLOB", help="Files that are not compared, such as 'docs/*'."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where machinery is edited, too.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show how files differ from what was generated.")] = False,
    show: Annotated[
        Optional[str], typer.Option("--show", metavar="FILE", help="Print this file as it was generated, and no more.")
    ] = None,
    data: DataFlag = None,
    trust: TrustFlag = None,
    as_json: JsonFlag = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON document a project, each on a line.")] = False,
) -> None:
    """Say which generated code is behind its template, edited or missing. Writes nothing."""
    from multiprocessing.pool import ThreadPool

    from scaffold.life.comparison import Permission
    from scaffold.life.finding import Selection
    from scaffold.reports import status

    names = projects or ["."]
    wanted, permission = Selection(module, as_record(answers_file)), Permission(trust=trust, data=as_data(data or ()))
    if show is not None:
        if as_json or jsonl or diff or len(names) > 1:
            raise UsageError("--show is for one project, and not beside --json, --jsonl or --diff")
        _show(Path(names[0]), wanted, show, permission)
        return
    if as_json and (jsonl or len(names) > 1):
        raise UsageError("--json is for one project and not beside --jsonl, which prints a line for each")
    worst = 0
    with ThreadPool(min(_AT_ONCE, len(names))) as pool:
        look = functools.partial(_look, wanted, ignore or (), permission)
        for name, found in zip(names, pool.imap(look, names), strict=True):
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


def _look(
    wanted: Selection, ignored: Sequence[str], permission: Permission, project: str
) -> list[Status] | ScaffoldError:
    from scaffold.life.check import check_project

    try:
        return check_project(Path(project), wanted, ignored, permission)
    except ScaffoldError as error:
        return machine.behind(error)
    except OSError as error:  # one project that cannot be read is no reason not to look at the others
        return machine.behind(machine.refused_by_system(error))


def _show(project: Path, wanted: Selection, name: str, permission: Permission) -> None:
    from scaffold.life.check import generated_file
    from scaffold.reports import files

    output.show_file(files.file_text(PurePosixPath(name), generated_file(project, wanted, name, permission)))


def _code(found: list[Status] | ScaffoldError, *, strict: bool) -> int:
    """The exit code: something that could not be compared weighs more than something to resolve."""
    if isinstance(found, ScaffoldError):
        return found.exit_code
    return max(status.exit_code(strict=strict) for status in found)
