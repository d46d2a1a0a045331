"""`scaffold template test`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from scaffold.app import JsonFlag
from scaffold.commands.team_flags import as_data
from scaffold.commands.template import template
from scaffold.flags import PlainCommand
from scaffold.reports import output


@template.command("test", cls=PlainCommand)
def try_template(  # noqa: PLR0913  # a parameter for each flag
    path: Annotated[str, typer.Argument(metavar="PATH", help="The template's folder; by default this one.")] = ".",
    *,
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Every combination of answers instead of every two.")
    ] = False,
    no_lint: Annotated[bool, typer.Option("--no-lint", help="Leave out ruff.")] = False,
    run_tests: Annotated[bool, typer.Option("--run-tests", help="Run each project's own tests, with pytest.")] = False,
    data: Annotated[
        Optional[list[str]],
        typer.Option("--data", metavar="NAME=VALUE", help="An answer in every set, to a question without a default."),
    ] = None,
    trust: Annotated[bool, typer.Option("--trust", help="It is yours: let it run its tasks and extensions.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Render your template with answers chosen so that any two meet, and check all that comes out."""
    from scaffold.reports.outcomes import outcomes_json, outcomes_text
    from scaffold.trial.run import Trial, run

    trial = Trial(
        template=Path(path),
        given=as_data(data or ()),
        exhaustive=exhaustive,
        lint=not no_lint,
        run_tests=run_tests,
        trust=trust,
    )
    with output.progress_bar("trying", wanted=not as_json) as progress:
        result = run(trial, progress)
    if as_json:
        output.print_json(outcomes_json(trial.template, result))
    else:
        output.say_plain(outcomes_text(result))
    if result.failures:
        raise typer.Exit(1)
