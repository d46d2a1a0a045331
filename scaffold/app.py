"""The Typer application: where commands are registered, and the flags that several of them share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from scaffold import __version__
from scaffold.errors import EXIT_CODES
from scaffold.flags import Command, PlainCommand, PlainGroup, with_flags
from scaffold.helptext import WITHOUT_QUESTIONS
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scaffold.questions import Question

    Fewer = Callable[[frozenset[str], frozenset[str]], Sequence[Question] | None]

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


@dataclass(frozen=True)
class _Asking:
    """A command whose further flags are questions; see `asking`."""

    function: Command
    questions: Callable[[], Sequence[Question]]
    fewer: Fewer
    changes: bool


_ORDER = ("new", "add", "adopt", "advise", "probe", "check", "update", "reanswer", "undo", "review", "rules", "info")
"""The commands as a project meets them, before those about templates."""
_ASKING: dict[tuple[str | None, str], _Asking] = {}


class Commands(PlainGroup):
    """Gives a command its flags only when it is the one that runs: reading the templates' questions takes a while."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # Typer's types are private
        """As the base class does."""
        name, command, rest = super().resolve_command(ctx, args)
        key = (ctx.info_name if ctx.parent else None, name)
        if command is None or key not in _ASKING:
            return name, command, rest
        own = frozenset(flag for one in command.params for flag in (*one.opts, *one.secondary_opts))
        few = _ASKING[key].fewer(frozenset(word.partition("=")[0] for word in rest if word.startswith("-")), own)
        return name, _with_questions(key) if few is None else _built(key, few), rest

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401  # as above
        """In the order of a project's life; those of a group as they are registered."""
        names = super().list_commands(ctx)
        return names if ctx.parent else sorted(names, key=lambda name: (*_ORDER, name).index(name))


@cache
def _with_questions(key: tuple[str | None, str]) -> Any:  # noqa: ANN401  # Typer's types are private
    return _built(key, _ASKING[key].questions())


def _built(key: tuple[str | None, str], questions: Sequence[Question]) -> Any:  # noqa: ANN401  # as above
    single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=CONTEXT)
    function = with_flags(_ASKING[key].function, questions, changes=_ASKING[key].changes)
    single.command(key[1], cls=PlainCommand, context_settings=CONTEXT)(function)
    return typer.main.get_command(single)


app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
    help="Scaffolding for Python code that needs threads: advice by explicit rules, and a tested project from it.",
    epilog=f"Exit codes: {', '.join(f'{code} {meaning}' for code, meaning in EXIT_CODES.items())}.",
)


@cache
def command() -> Any:  # noqa: ANN401  # Typer's types are private
    """The command line as a whole, built once in a process: Typer takes about 20 ms, and would at every call."""
    return typer.main.get_command(app)


def every_command() -> Iterator[tuple[str, Any]]:
    """Each command with its words, such as `scaffold template new`, and all flags; the first is `scaffold` itself."""
    root = command()
    yield "scaffold", root
    with root.make_context("scaffold", [], resilient_parsing=True) as ctx:
        for name in root.list_commands(ctx):
            found = root.get_command(ctx, name)
            inner = getattr(found, "commands", None)
            if inner is None:
                yield f"scaffold {name}", _whole((None, name), found)
            else:
                yield from ((f"scaffold {name} {own}", _whole((name, own), one)) for own, one in inner.items())


def _whole(key: tuple[str | None, str], found: Any) -> Any:  # noqa: ANN401  # Typer's types are private
    return _with_questions(key) if key in _ASKING else found


def asking(
    questions: Callable[[], Sequence[Question]],
    *,
    fewer: Fewer = lambda _, __: None,
    group: typer.Typer = app,
    name: str | None = None,
    changes: bool = False,
) -> Callable[[Command], Command]:
    """Register a command whose further flags are questions.

    Args:
        questions: All of them.
        fewer: Those that are enough for these flags, beside which the command has some of its own; None for all.
        group: What it is a command of.
        name: What it is called; by default as the function.
        changes: Whether it changes answers on record, so that the questions' defaults do not count.
    """

    def register(function: Command) -> Command:
        own = name or function.__name__
        _ASKING[None if group is app else str(group.info.name), own] = _Asking(function, questions, fewer, changes)
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
