"""What the parts of scaffold need of whoever sits at the terminal: they are handed a `Ui`, and never print or prompt.

The command line's own is scaffold/terminal.py; a test can hand in one with the answers written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scaffold.recommend import Recommendation


@dataclass(frozen=True)
class Row:
    """Something that can be chosen."""

    value: Any
    label: str
    disabled: str = ""
    """Why it cannot be chosen, or nothing."""
    checked: bool = False
    """Where several can be chosen: whether it is unless the user changes that."""


@dataclass(frozen=True)
class Page:
    """One thing to decide, and what there is to choose from."""

    title: str
    rows: Sequence[Row]
    current: Any = None
    """The value of the row that the cursor is on at first."""

    @property
    def start(self) -> Row | None:
        """That row, where there is one."""
        kind = type(self.current)  # True equals 1, and is another answer
        return next((row for row in self.rows if type(row.value) is kind and row.value == self.current), None)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A text to type."""

    title: str
    default: str
    check: Callable[[str], object] | None = None
    """Raises BadAnswer for a text that does not do; the user sees why and types on."""
    multiline: bool = False
    placeholder: str = ""
    secret: bool = False
    """Whether what is typed stays hidden."""


class Ui(Protocol):
    """A person to ask and to tell.

    What asks raises Cancelled for Ctrl-C and Ctrl-D; it is called only where `can_ask`.
    """

    @property
    def can_ask(self) -> bool:
        """Whether somebody is there who can see a question and answer it."""

    def pick(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """The value of the chosen row."""

    def pick_several(self, page: Page) -> list[Any]:
        """The values of the chosen rows."""

    def line(self, line: Line) -> str:
        """What was typed."""

    def confirm(self, text: str, *, default: bool = False) -> bool:
        """Yes or no, where no is the safe answer unless it is said otherwise."""

    def show(self, text: str) -> None:
        """Lines to read before a question."""

    def recommend(self, recommendation: Recommendation) -> None:
        """What is recommended for the work, and why."""

    def note(self, text: str) -> None:
        """A line that explains, and stops nothing."""

    def warn(self, problem: object) -> None:
        """A line about what has to be mended, by an answer that is asked for next."""
