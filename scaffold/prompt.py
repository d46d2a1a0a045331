"""The dialogue in a terminal: questions one by one, then everything on one screen before anything is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from scaffold.errors import BadAnswer, Cancelled
from scaffold.text import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scaffold.questions import Answers, Choice, Question, Value


def is_possible() -> bool:
    """Whether there is a person at a terminal who can see a question and answer it."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def ask(question: Question, default: Value, check: Callable[[Value], None] | None = None) -> Value:
    """Ask one question; the recommended answer comes first.

    Raises:
        Cancelled: Ctrl-C or Ctrl-D.
    """
    import questionary

    if question.choices:
        width = max(len(_word(choice.value)) for choice in question.choices)
        rows = [(_label(choice, width), choice.value) for choice in question.choices]
        chosen: Value = _select(question.help, rows, default)
        return chosen

    def problem(text: str) -> bool | str:
        try:
            value = question.parse(text)
            if check is not None:
                check(value)
        except BadAnswer as error:
            return str(error)
        return True

    text = _ask(questionary.text(question.help, default=str(default), validate=problem))
    return question.parse(text)


def ask_open(question: Question, _: Answers) -> Value:
    """Ask a question of the workload, with its own default."""
    return ask(question, question.default)


def review(title: str, answers: Answers, questions: Sequence[Question], write: str) -> Question | None:
    """Show every answer; the question to change, or None when all is well.

    Raises:
        Cancelled: The user chose so, or Ctrl-C or Ctrl-D.
    """
    width = max(len(question.name) for question in questions)
    rows: list[tuple[str, Any]] = [(write, None)]
    rows += [
        (f"change {question.name.replace('_', '-'):<{width}}  {_word(answers[question.name])}", question)
        for question in questions
    ]
    rows.append(("cancel, write nothing", Cancelled))
    chosen = _select(title, rows, None)
    if chosen is Cancelled:
        raise Cancelled
    question: Question | None = chosen
    return question


def choose(title: str, rows: Sequence[tuple[str, Any]]) -> Any:  # noqa: ANN401  # whatever the rows hold
    """Let one of several be chosen; the first is recommended.

    Raises:
        Cancelled: Ctrl-C or Ctrl-D.
    """
    return _select(title, rows, rows[0][1])


def confirm(text: str, *, default: bool = False) -> bool:
    """A question of yes or no, where no is the safe answer unless it is said otherwise.

    Raises:
        Cancelled: Ctrl-C or Ctrl-D.
    """
    import questionary

    return bool(_ask(questionary.confirm(text, default=default)))


def _label(choice: Choice, width: int) -> str:
    word = _word(choice.value)
    return word if choice.says == word else f"{word:<{width}}  {choice.says}"


def _word(value: Value) -> str:
    """An answer on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = escaped(str(value).replace("\n", " "))
    return text if len(text) <= 50 else f"{text[:49]}…"


def _select(title: str, rows: Sequence[tuple[str, Any]], default: object) -> Any:  # noqa: ANN401  # whatever the rows hold
    import questionary

    by_label: Mapping[str, Any] = dict(rows)
    first = next((label for label, value in rows if value == default), rows[0][0])
    # Labels, not values, are what questionary compares: True == 1 and None would be mistaken for "no value".
    return by_label[_ask(questionary.select(title, choices=list(by_label), default=first))]


def _ask(prompt: Any) -> Any:  # noqa: ANN401  # questionary's own types name no answer
    try:
        return prompt.unsafe_ask()
    except (KeyboardInterrupt, EOFError) as error:
        raise Cancelled from error
