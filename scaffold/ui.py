"""What the parts of scaffold need of whoever sits at the terminal: they are handed a `Ui`, and never print or prompt.

The command line's own is scaffold/terminal.py; a test can hand in one with the answers written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scaffold.recommend import Recommendation

BACK: Final = object()
"""In place of an answer: one step back."""


@dataclass(frozen=True)
class Row:
    """Something that can be chosen, or a heading over what follows."""

    value: Any
    label: str
    example: str | tuple[str, ...] = ""
    """What it stands for, in short; of several such, as many are shown as fit."""
    live: str = ""
    """Shown below the list while the cursor is on the row: what choosing it leads to."""
    disabled: str = ""
    """Why it cannot be chosen, or nothing."""
    checked: bool = False
    """Where several can be chosen: whether it is unless the user changes that."""
    heading: bool = False

    @property
    def can_be_chosen(self) -> bool:
        """Whether the cursor stops at it."""
        return not self.heading and not self.disabled


@dataclass(frozen=True)
class Page:
    """One thing to decide, and what there is to choose from."""

    title: str
    rows: Sequence[Row]
    current: Any = None
    """The value of the row that the cursor is on at first."""
    trail: Sequence[str] = ()
    """What was decided before."""
    text: str = ""
    """What there is to know."""
    back: bool = False
    """Whether there is a step back."""

    @property
    def yes_or_no(self) -> bool:
        """Whether those are what there is to choose from: one key says which."""
        return [row.value for row in self.rows] == [True, False]

    @property
    def start(self) -> int:
        """The number of the row that the cursor is on at first."""
        kind = type(self.current)  # True equals 1, and is another answer
        free = [number for number, row in enumerate(self.rows) if row.can_be_chosen]
        same = (n for n in free if type(self.rows[n].value) is kind and self.rows[n].value == self.current)
        return next(same, free[0] if free else 0)


def yes_or_no(  # noqa: D417  # the others are those of a page
    title: str, *, default: bool, trail: Sequence[str] = (), text: str = "", back: bool = False
) -> Page:
    """A page for a yes or no.

    Args:
        default: Where the cursor is at first.
    """
    return Page(title, [Row(True, "Yes"), Row(False, "No")], default, trail, text, back)


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
    trail: Sequence[str] = ()
    text: str = ""
    back: bool = False
    """As those of a page."""


class Ui(Protocol):
    """A person to ask and to tell.

    What asks raises Cancelled for Ctrl-C and Ctrl-D; it is called only where `can_ask`.
    """

    @property
    def can_ask(self) -> bool:
        """Whether somebody is there who can see a question and answer it."""

    def pick(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """The value of the chosen row, or BACK."""

    def pick_several(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """The values of the chosen rows, in a list, or BACK."""

    def line(self, line: Line) -> Any:  # noqa: ANN401  # text or BACK
        """What was typed, or BACK."""

    def confirm(self, text: str, *, default: bool = False) -> bool:
        """Yes or no, where no is the safe answer unless it is said otherwise."""

    def view(self, name: str, text: str) -> None:
        """Let the user read a file."""

    def show(self, text: str) -> None:
        """Lines to read before a question."""

    def recommend(self, recommendation: Recommendation) -> None:
        """Let the user read what is recommended for the work, with all reasons."""

    def note(self, text: str) -> None:
        """A line that explains, and stops nothing."""

    def tell(self, text: str) -> None:
        """What a template or its commands say: somebody else's text of one line or several, in its own words."""

    def warn(self, problem: str) -> None:
        """A line about what has to be mended, by an answer that is asked for next."""
