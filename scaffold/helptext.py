"""What `--help` prints: flags in groups, whole sentences, and the default beside each question that has one.

A flag's group is its `rich_help_panel`, Typer's own name for it. Typer itself groups only with rich, whose import takes
longer than the rest of the start-up.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any, Final

from scaffold.questions import ADVICE_QUESTIONS, DESIGN_QUESTION
from scaffold.recommend import AXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffold.questions import Question, Value

WITHOUT_QUESTIONS: Final = "Without questions"
YOUR_WORK: Final = "Your work"
HOW_IT_RUNS: Final = "How it runs"
THE_PROJECT: Final = "The project"
CUSTOM_TEMPLATE: Final = "Custom template"
OF_QUESTIONS: Final = (YOUR_WORK, HOW_IT_RUNS, THE_PROJECT)
"""Those of the questions' flags."""
GROUPS: Final = (WITHOUT_QUESTIONS, YOUR_WORK, HOW_IT_RUNS, THE_PROJECT, CUSTOM_TEMPLATE, "Options")
"""In the order printed; what states no group comes last."""

_NARROWEST: Final = 30  # columns; below that, words would not fit beside their indent
_MARGIN: Final = 2  # columns
_FIRST_SENTENCE: Final = re.compile(r".*?[.!?](?=\s|$)", re.DOTALL)


def width() -> int:
    """How many columns the help may take: those of the terminal, or of COLUMNS."""
    return max(shutil.get_terminal_size().columns - _MARGIN, _NARROWEST)


def group_of(question: Question) -> str:
    """The group that a question's flag belongs to."""
    if question.name in AXES:
        return YOUR_WORK
    if question in ADVICE_QUESTIONS or question is DESIGN_QUESTION or question.name == "workers":
        return HOW_IT_RUNS
    return THE_PROJECT


def with_default(question: Question) -> str:
    """A question's help, and the answer that `--defaults` gives it."""
    default = _default(question)
    return f"{question.help} [default: {default}]" if default else question.help


def write_parameters(parameters: Iterable[Any], ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # Typer's are private
    """Write arguments, then options by group."""
    groups: dict[str, list[tuple[str, str]]] = {title: [] for title in ("Arguments", *GROUPS)}
    for parameter in parameters:
        record = parameter.get_help_record(ctx)
        if record is not None:
            own = "Options" if parameter.param_type_name == "option" else "Arguments"
            title = getattr(parameter, "rich_help_panel", None) or own
            first = record[0].partition(" <")[0]  # an argument's type says nothing here: all are words
            groups[title].append(_fitting((first, record[1]), formatter.width - _MARGIN))
    for title, rows in groups.items():
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows, col_max=min(30, formatter.width // 3))


def write_commands(commands: Iterable[tuple[str, Any]], formatter: Any) -> None:  # noqa: ANN401  # as above
    """Write each command with the first sentence of its help, however long."""
    rows = [(name, _first_sentence(command.help or "")) for name, command in commands]
    with formatter.section("Commands"):
        formatter.write_dl(rows)


def _first_sentence(text: str) -> str:
    found = _FIRST_SENTENCE.match(" ".join(text.split()))
    return found[0] if found else text


def _fitting(row: tuple[str, str], columns: int) -> tuple[str, str]:
    """A row whose first part fits into a line: choices that do not are named in the text, which can wrap."""
    flag, space, choices = row[0].partition(" ")
    if len(row[0]) <= columns or "|" not in choices:
        return row
    return (
        f"{flag}{space}{flag.lstrip('-').replace('-', '_').upper()}",
        f"{row[1]} One of: {choices.replace('|', ', ')}.",
    )


def _default(question: Question) -> str:
    if question is DESIGN_QUESTION:
        return "the recommended one"
    if isinstance(question.default, str) and "{{" in question.default:
        return "from the other answers"
    others = (
        f"{_word(value)} with {' '.join(_flag(name, values[0]) for name, values in when.items())}"
        for when, value in question.defaults
    )
    return "; ".join(filter(None, (_word(question.default), *others)))


def _word(value: Value) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _flag(name: str, value: Value) -> str:
    words = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{words}" if value else f"--no-{words}"
    return f"--{words} {value}"
