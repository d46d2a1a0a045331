"""`scaffold template test`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Optional

import typer

from scaffold.app import JsonFlag
from scaffold.commands.team_flags import as_data
from scaffold.commands.template import template
from scaffold.errors import Cancelled
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
    from scaffold.reports.outcomes import Findings, outcomes_json, plan_text, summary_text
    from scaffold.trial.run import Result, Trial, run

    trial = Trial(
        template=Path(path),
        given=as_data(data or ()),
        exhaustive=exhaustive,
        lint=not no_lint,
        run_tests=run_tests,
        trust=trust,
    )
    result, findings = Result(), Findings()
    code = 0
    try:
        with output.meter("trying") as meter, closing(run(trial, result)) as attempts:
            for outcomes in attempts:
                text = findings.text(outcomes) if outcomes else plan_text(result)
                meter.done(len(result.done), result.planned)
                if text and not as_json:
                    meter.say(text)
    except KeyboardInterrupt:  # what was found until then counts
        if not result.planned:
            raise
        output.say_error(Cancelled())
        code = Cancelled.exit_code
    if as_json:
        output.print_json(outcomes_json(trial.template, result))
    else:
        output.say_plain(summary_text(result, findings.repeated))
    if code or result.failures or result.missing:
        raise typer.Exit(code or 1)
