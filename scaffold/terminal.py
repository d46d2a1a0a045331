"""The person at the terminal: questions by questionary, text on stdout, notes and problems on stderr."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scaffold.errors import BadAnswer, Cancelled
from scaffold.reports import advice, output

if TYPE_CHECKING:
    from scaffold.recommend import Recommendation
    from scaffold.ui import Line, Page, Row


@dataclass(frozen=True)
class Terminal:
    """A `Ui` (scaffold/ui.py) on the standard streams."""

    can_ask: bool

    @classmethod
    def for_command(cls, *, as_json: bool) -> Terminal:
        """That of a command. One that prints JSON asks nothing: its stdout is for a program."""
        seen = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
        return cls(can_ask=seen and not as_json)

    def pick(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """As the protocol says."""
        import questionary

        choices = _choices(page)
        start = next((choice for choice, row in zip(choices, page.rows, strict=True) if row is page.start), None)
        return page.rows[_ask(questionary.select(page.title, choices, default=start))].value

    def pick_several(self, page: Page) -> list[Any]:
        """As the protocol says."""
        import questionary

        return [page.rows[number].value for number in _ask(questionary.checkbox(page.title, _choices(page)))]

    def line(self, line: Line) -> str:
        """As the protocol says."""
        import questionary

        def problem(text: str) -> bool | str:
            try:
                if line.check is not None:
                    line.check(text)
            except BadAnswer as error:
                return str(error)
            return True

        prompt = questionary.text(
            line.title,
            default=line.default,
            validate=problem,
            multiline=line.multiline,
            placeholder=line.placeholder or None,
            is_password=line.secret,
        )
        return str(_ask(prompt))

    def confirm(self, text: str, *, default: bool = False) -> bool:
        """As the protocol says."""
        import questionary

        return bool(_ask(questionary.confirm(text, default=default)))

    def show(self, text: str) -> None:
        """As the protocol says."""
        output.say_plain(text)

    def recommend(self, recommendation: Recommendation) -> None:
        """As the protocol says."""
        output.say("\n" + advice.recommendation_text(recommendation) + "\n")

    def note(self, text: str) -> None:
        """As the protocol says."""
        output.say_note(text)

    def warn(self, problem: object) -> None:
        """As the protocol says."""
        output.say_error(problem)


def _choices(page: Page) -> list[Any]:
    """The rows as questionary has them: by number, since it takes None for "no value" and compares True with 1."""
    import questionary

    def choice(number: int, row: Row) -> questionary.Choice:
        return questionary.Choice(row.label, number, disabled=row.disabled or None, checked=row.checked)

    return [choice(number, row) for number, row in enumerate(page.rows)]


def _ask(prompt: Any) -> Any:  # noqa: ANN401  # questionary's own types name no answer
    try:
        return prompt.unsafe_ask()
    except (KeyboardInterrupt, EOFError) as error:
        raise Cancelled from error
