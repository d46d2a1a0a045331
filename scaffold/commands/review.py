"""`scaffold review`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold.app import JsonFlag, app
from scaffold.errors import UsageError
from scaffold.flags import PlainCommand
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.review.findings import Skipped

Codes = Optional[list[str]]


@app.command(cls=PlainCommand)
def review(  # noqa: PLR0913  # a parameter for each flag
    paths: Annotated[
        Optional[list[str]],
        typer.Argument(metavar="PATH", help="Files, or folders with Python files; by default this one."),
    ] = None,
    *,
    select: Annotated[
        Codes, typer.Option("--select", metavar="CODE", help="Apply only this rule, R2 for all of R2xx; repeatable.")
    ] = None,
    ignore: Annotated[
        Codes, typer.Option("--ignore", metavar="CODE", help="Leave this rule out, R2 for all of R2xx; repeatable.")
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Say what is often meant, too; it fails nothing.")] = False,
    sites: Annotated[
        bool, typer.Option("--sites", help="List every use of threads instead, with the design that fits it.")
    ] = False,
    as_json: JsonFlag = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0, for code hosts.")] = False,
    explain: Annotated[
        Optional[str], typer.Option("--explain", metavar="CODE", help="Explain a rule, and look at no file.")
    ] = None,
) -> None:
    """Find what goes wrong with threads in Python code, and say which design fits. Reads it, and runs nothing."""
    from scaffold import review as reviewer
    from scaffold.review import reporters

    if sarif and (as_json or sites or explain):
        raise UsageError(
            f"--sarif and {'--json' if as_json else '--sites' if sites else '--explain'} exclude each other"
        )
    if sites and (select or ignore or notes or explain):
        raise UsageError("--sites lists every use: leave out --select, --ignore, --notes and --explain")
    if explain is not None:
        rule = reviewer.rule_named(explain, "--explain")
        if as_json:
            output.print_json(reporters.explained_json(rule))
        else:
            output.say_plain(reporters.explained(rule))
        return
    if sites:
        survey = reviewer.survey(paths or ["."])
        _note_skipped(survey.skipped)
        if as_json:
            output.print_json(reporters.sites_json(survey))
        else:
            output.say_plain(reporters.sites_text(survey))
        return
    report = reviewer.review(paths or ["."], select=select or (), ignore=ignore or (), notes=notes)
    _note_skipped(report.skipped)
    if as_json:
        output.print_json(reporters.as_json(report))
    elif sarif:
        output.print_json(reporters.as_sarif(report))
    else:
        output.say_plain(reporters.as_text(report))
    if not report.is_clean:
        raise typer.Exit(1)


def _note_skipped(skipped: Sequence[Skipped]) -> None:
    from scaffold.review import reporters

    for one in skipped:
        output.say_note(reporters.skipped_text(one))
