"""`scaffold info`."""

from __future__ import annotations

from scaffold.app import JsonFlag, app, every_command
from scaffold.flags import PlainCommand
from scaffold.reports import output


@app.command(cls=PlainCommand)
def info(*, as_json: JsonFlag = False) -> None:
    """Say what this scaffold is and can do: versions, designs, commands with their flags, exit codes."""
    from scaffold.reports import info as report

    document = report.document(every_command())
    if as_json:
        output.print_json(document)
    else:
        output.say_plain(report.text(document))
