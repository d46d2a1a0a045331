"""Questions put to a person: one by one, and all answers on one screen before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.errors import Cancelled
from scaffold.text import escaped
from scaffold.ui import Line, Page, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scaffold.questions import Answers, Ask, Choice, Question, Value
    from scaffold.ui import Ui


def ask(ui: Ui, question: Question, default: Value, check: Callable[[Value], None] | None = None) -> Value:
    """Ask one question; the recommended answer comes first.

    Raises:
        Cancelled: Ctrl-C or Ctrl-D.
    """
    if question.choices:
        width = max(len(_word(choice.value)) for choice in question.choices)
        rows = [Row(choice.value, _label(choice, width)) for choice in question.choices]
        chosen: Value = ui.pick(Page(question.help, rows, default))
        return chosen

    def parses(text: str) -> None:
        value = question.parse(text)
        if check is not None:
            check(value)

    return question.parse(ui.line(Line(title=question.help, default=str(default), check=parses)))


def asking(ui: Ui) -> Ask:
    """How the questions of a workload are asked, each with its own default beside the answers so far."""

    def ask_open(question: Question, answers: Answers) -> Value:
        return ask(ui, question, question.recommended(answers))

    return ask_open


def review(ui: Ui, title: str, answers: Answers, questions: Sequence[Question], write: str) -> Question | None:
    """Show every answer; the question to change, or None when all is well.

    Raises:
        Cancelled: The user chose so, or Ctrl-C or Ctrl-D.
    """
    width = max(len(question.name) for question in questions)
    rows: list[Row] = [Row(None, write)]
    rows += [
        Row(question, f"change {question.name.replace('_', '-'):<{width}}  {_word(answers[question.name])}")
        for question in questions
    ]
    rows.append(Row(Cancelled, "cancel, write nothing"))
    chosen: Any = ui.pick(Page(title, rows))
    if chosen is Cancelled:
        raise Cancelled
    question: Question | None = chosen
    return question


def _label(choice: Choice, width: int) -> str:
    word = _word(choice.value)
    return word if choice.says == word else f"{word:<{width}}  {choice.says}"


def _word(value: Value) -> str:
    """An answer on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = escaped(str(value).replace("\n", " "))
    return text if len(text) <= 50 else f"{text[:49]}…"
