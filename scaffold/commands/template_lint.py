"""`scaffold template lint`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from scaffold.app import JsonFlag
from scaffold.commands.template import template
from scaffold.errors import UsageError
from scaffold.flags import PlainCommand
from scaffold.reports import output

Codes = Optional[list[str]]


@template.command(cls=PlainCommand)
def lint(  # noqa: PLR0913  # a parameter for each flag
    path: Annotated[str, typer.Argument(metavar="PATH", help="The template's folder; by default this one.")] = ".",
    *,
    select: Annotated[
        Codes, typer.Option("--select", metavar="CODE", help="Apply only this rule, or all of a letter; repeatable.")
    ] = None,
    ignore: Annotated[
        Codes, typer.Option("--ignore", metavar="CODE", help="Leave this rule out, or all of a letter; repeatable.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail, too; notes never do.")] = False,
    as_json: JsonFlag = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0, for code hosts.")] = False,
    list_rules: Annotated[bool, typer.Option("--list", help="List the rules, and look at no template.")] = False,
) -> None:
    """Find what is wrong with a Copier template, and say how to put it right. Runs nothing of it."""
    from scaffold import lint as linter
    from scaffold.lint import reporters

    if as_json and sarif:
        msg = "--json and --sarif exclude each other"
        raise UsageError(msg)
    if list_rules:
        if as_json:
            output.print_json(reporters.rules_json())
        else:
            output.say_plain(reporters.rules_text())
        return
    found = linter.lint(Path(path), select=select or (), ignore=ignore or ()).under(_shown(path))
    if as_json:
        output.print_json(reporters.as_json(found))
    elif sarif:
        output.print_json(reporters.as_sarif(found))
    else:
        output.say_plain(reporters.as_text(found))
    if found.fails(strict=strict):
        raise typer.Exit(1)


def _shown(path: str) -> str:
    """The folder as seen from here, so that an editor and a code host find the files."""
    folder, here = Path(path).absolute(), Path.cwd()
    return folder.relative_to(here).as_posix() if folder.is_relative_to(here) else folder.as_posix()
