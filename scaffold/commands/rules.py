"""`scaffold rules`."""

from __future__ import annotations

from typing import Annotated

import typer

from scaffold.app import JsonFlag, app
from scaffold.errors import UsageError
from scaffold.flags import PlainCommand
from scaffold.reports import advice, output


@app.command(cls=PlainCommand)
def rules(
    *,
    as_json: JsonFlag = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print a Mermaid flowchart.")] = False,
) -> None:
    """Print the rules that choose a design."""
    if as_json and mermaid:
        msg = "--json and --mermaid exclude each other"
        raise UsageError(msg)
    if as_json:
        output.print_json(advice.rules_json())
    else:
        output.say(advice.rules_mermaid() if mermaid else advice.rules_text())
