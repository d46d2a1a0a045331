"""Questions as flags: one definition serves the prompt and the command line."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from scaffold import helptext
from scaffold.errors import Cancelled, CancelledTooLate, UsageError
from scaffold.signals import WRITTEN

if TYPE_CHECKING:
    from scaffold.questions import Question


Command = Callable[..., None]


class PlainCommand(TyperCommand):
    """A command whose flags hand over words as they were typed, for the questions to parse."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  # Typer's types are private
        """As the base class does."""
        return take_as_typed(super().get_params(ctx))

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # as above
        """In groups."""
        helptext.write_parameters(self.get_params(ctx), ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # as above
        """As the base class does; a mistake names the command whose help lists what there is."""
        try:
            return super().parse_args(ctx, args)
        except TyperException as error:
            if getattr(error, "ctx", None) is None:
                error.ctx = ctx  # type: ignore[attr-defined]
            raise

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # Typer's types are private
        """As the base class does; but Typer would end at Ctrl-C without a word."""
        WRITTEN.set(None)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            undoable = WRITTEN.get()
            raise (Cancelled() if undoable is None else CancelledTooLate(undoable=undoable)) from error


class PlainGroup(TyperGroup):
    """A group of such commands."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  # Typer's types are private
        """As the base class does."""
        return take_as_typed(super().get_params(ctx))

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # as above
        """In groups, and then the commands."""
        helptext.write_parameters(self.get_params(ctx), ctx, formatter)
        helptext.write_commands(((name, self.commands[name]) for name in self.list_commands(ctx)), formatter)


def take_as_typed(parameters: list[Any]) -> list[Any]:
    """Keep Typer from validating what was typed.

    It would validate even an absent word, with pydantic, whose import takes longer than the rest of the start-up
    (docs/adr/0003). Our questions parse all words, so that a flag, a file and a prompt have one message for a mistake.
    """

    def process(parameter: Any, context: Any, word: object) -> object:  # noqa: ANN401  # Typer's types are private
        if parameter.required and word is None:
            raise UsageError(f"{context.command_path} needs {parameter.metavar or parameter.name.upper()}")
        if not context.resilient_parsing:  # as completion parses
            _refuse_empty(parameter, word)
        return parameter.callback(context, parameter, word) if parameter.callback else word

    for parameter in parameters:
        parameter.process_value = functools.partial(process, parameter)
    return parameters


def _refuse_empty(parameter: Any, word: object) -> None:  # noqa: ANN401  # as above
    """Refuse the empty word that an unset variable of a shell leaves: as a path it would be the current directory.

    Only a question may take one as its answer.
    """
    if getattr(parameter, "rich_help_panel", None) in helptext.OF_QUESTIONS:
        return
    if word == "" or (isinstance(word, (list, tuple)) and "" in word):
        name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar
        raise UsageError(f"{name} must not be empty (is a variable not set?): give a value, or leave it out")


def with_flags(command: Command, questions: Sequence[Question], *, changes: bool = False) -> Command:
    """`command` with a flag for each question; its parameter `given` receives the answers that were given.

    Args:
        command: What to run.
        questions: What can be answered.
        changes: Whether an answer that is not given stays as it is recorded, so that there is no default.
    """
    own = [
        parameter
        for parameter in inspect.signature(command, eval_str=True).parameters.values()
        if parameter.name != "given"
    ]
    flags = [_parameter(question, changes=changes) for question in questions]

    @functools.wraps(command)
    def run(**values: Any) -> None:  # noqa: ANN401  # whatever Typer parsed
        words = {question: values.pop(question.name) for question in questions}
        given = {question.name: question.parse(word) for question, word in words.items() if word is not None}
        command(given=given, **values)

    del run.__wrapped__  # or its signature would be read instead
    run.__signature__ = inspect.Signature([*own, *flags])  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *flags)}
    return run


def _parameter(question: Question, *, changes: bool) -> inspect.Parameter:
    text = question.help if changes else helptext.with_default(question)
    group = helptext.group_of(question)
    if question.type == "bool":
        option = typer.Option(question.usage(), help=text, show_default=False, rich_help_panel=group)
        annotation: Any = Annotated[Optional[bool], option]
    else:
        choices = [str(choice.value) for choice in question.choices]
        option = typer.Option(
            question.flag,
            help=text,
            show_default=False,
            rich_help_panel=group,
            metavar=question.usage().partition(" ")[2],
            autocompletion=_completion(choices),
        )
        annotation = Annotated[Optional[str], option]
    return inspect.Parameter(question.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _completion(choices: list[str]) -> Callable[[str], list[str]]:
    def starting_with(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return starting_with
