"""The command group `scaffold template`: its commands live in modules of their own, `template_<name>.py`."""

from __future__ import annotations

import typer

from scaffold.app import CONTEXT, Commands, app

template = typer.Typer(
    name="template",
    cls=Commands,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
    help="Manage templates: your team's own, and those that come with scaffold.",
)
app.add_typer(template)


@template.callback()
def _template() -> None:  # a group, however few its commands are
    pass
