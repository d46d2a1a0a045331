"""The Typer application: where commands are registered, and the flags that several of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from scaffold import __version__
from scaffold.flags import Command, PlainCommand, PlainGroup, with_flags
from scaffold.helptext import WITHOUT_QUESTIONS
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scaffold.questions import Question

JsonFlag = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document and nothing else.", rich_help_panel=WITHOUT_QUESTIONS),
]
AnswersFile = Annotated[
    Optional[str],
    typer.Option(
        "--answers",
        help="Read answers from a YAML, TOML or JSON file; flags win over it.",
        metavar="FILE",
        rich_help_panel=WITHOUT_QUESTIONS,
    ),
]
DefaultsFlag = Annotated[
    bool,
    typer.Option(
        "--defaults",
        help="Take the recommended answer for all that is not given.",
        rich_help_panel=WITHOUT_QUESTIONS,
    ),
]

CONTEXT = {"help_option_names": ["-h", "--help"]}
_ORDER = ("new", "add", "advise", "check", "update", "reanswer", "undo", "rules", "template")
"""The commands as a project meets them."""
_ASKING: dict[tuple[str | None, str], tuple[Command, Callable[[], Sequence[Question]], bool]] = {}


class Commands(PlainGroup):
    """Gives a command its flags only when it is the one that runs: reading the templates' questions takes a while."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # Typer's types are private
        """As the base class does."""
        name, command, rest = super().resolve_command(ctx, args)
        key = (ctx.info_name if ctx.parent else None, name)
        if key in _ASKING:
            function, questions, changes = _ASKING[key]
            single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=CONTEXT)
            single.command(name, cls=PlainCommand, context_settings=CONTEXT)(
                with_flags(function, questions(), changes=changes)
            )
            command = typer.main.get_command(single)
        return name, command, rest

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401  # as above
        """In the order of a project's life; those of a group as they are registered."""
        names = super().list_commands(ctx)
        return names if ctx.parent else sorted(names, key=lambda name: (*_ORDER, name).index(name))


app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
    help="Scaffolding for Python code that needs threads: advice by explicit rules, and a tested project from it.",
    epilog="Exit codes: 0 done, 1 refused or failed, 2 usage, 3 conflicts or drift, 4 not trusted, 130 cancelled.",
)


def asking(
    questions: Callable[[], Sequence[Question]],
    *,
    group: typer.Typer = app,
    name: str | None = None,
    changes: bool = False,
) -> Callable[[Command], Command]:
    """Register a command whose further flags are questions.

    Args:
        questions: Reads them, only where the command runs.
        group: The commands that it is one of.
        name: What it is called; by default as the function.
        changes: Whether it changes answers on record, so that the questions' defaults do not count.
    """

    def register(function: Command) -> Command:
        own = name or function.__name__
        _ASKING[None if group is app else str(group.info.name), own] = (function, questions, changes)
        group.command(own, cls=PlainCommand)(with_flags(function, ()))
        return function

    return register


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # Typer calls it so
    if wanted:
        output.say(f"scaffold {__version__}")
        raise typer.Exit


@app.callback()
def _scaffold(
    *,
    version: Annotated[  # its callback does the work
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass
