"""Where a project will be written: settled before anything else is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import naming, shell
from scaffold.clone import is_fresh_clone
from scaffold.errors import BadAnswer, Cancelled, Refused
from scaffold.plan import Plan, check_destination
from scaffold.reading import entries
from scaffold.text import escaped
from scaffold.ui import BACK, Line, Page, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scaffold.ui import Ui

_SHOWN = 3  # names of what is there
_MOST_TRIES = 1000


class AddPreferred(Exception):
    """The user adds a module to the project that is there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        super().__init__(root)


def choose_place(ui: Ui, dest: Path | None, flags: Sequence[str], *, offer_add: bool, has_name: bool = False) -> Path:
    """The directory to make, or one that has room for a project.

    Args:
        ui: Who is asked.
        dest: The directory that was named.
        flags: What else was on the command line, for the command that goes on.
        offer_add: Whether a module can be added to what is there instead.
        has_name: Whether the project has a name, or needs none: else the directory's has to make one.

    Raises:
        AddPreferred: The user takes that.
        Refused: What was named can never hold a project.
        Cancelled: With the command that goes on.
    """
    if dest is not None:
        check_destination(dest)
    try:
        return _chosen(ui, dest, _check if has_name else _check_named, offer_add=offer_add)
    except Cancelled as error:
        named = [] if dest is None else [shell.path_word(dest)]
        raise error.resumed_by(shell.command(["scaffold", "new", *named, *flags])) from error


def _chosen(ui: Ui, dest: Path | None, check: Callable[[str], object], *, offer_add: bool) -> Path:
    while dest is None or not (Plan(dest, {}).is_fresh or is_fresh_clone(dest)):
        if dest is None:
            dest = Path(ui.line(Line(title=_TITLE, default="threads-demo", check=check)))
            continue
        rows = [
            Row("name", "Take another name", "nothing that is there is touched"),
            *([Row("add", "Add a module to what is there", "scaffold add")] if offer_add else []),
            Row("quit", "Quit, write nothing"),
        ]
        chosen = ui.pick(Page(f"{escaped(str(dest))} is not empty: {_inside(dest)}", rows))
        if chosen == "quit":
            raise Cancelled(chosen=True)
        if chosen == "add":
            raise AddPreferred(dest)
        typed = ui.line(Line(title="Into which directory?", default=str(_free(dest)), check=check, back=True))
        dest = dest if typed is BACK else Path(typed)
    return dest


_TITLE = "What is the project called? It becomes a directory here."


def _check(text: str) -> None:
    if not text.strip():
        raise BadAnswer("DEST", text, "must not be empty")
    try:
        check_destination(Path(text))
    except Refused as error:
        reason = error.reason if error.subject == Path(text) else str(error)
        raise BadAnswer("DEST", text, _in_words(reason)) from error


def _check_named(text: str) -> None:
    _check(text)
    if guess := naming.guessed(Path(text)):
        reason = f"makes no project name (a-z, digits, hyphens, dots): take {guess}, or another"
        raise BadAnswer("DEST", text, reason)


def _in_words(reason: str) -> str:
    """For somebody who was asked for a name, and knows no DEST."""
    for flag, words in (("choose another", "take another"), ("choose a shorter", "take a shorter"), (" as DEST", "")):
        reason = reason.replace(flag, words)
    return reason.replace("DEST", "name")


def _free(dest: Path) -> Path:
    """A name beside it that nothing has."""
    beside = (dest.absolute().with_name(f"{dest.absolute().name}-{number}") for number in range(2, _MOST_TRIES))
    found = next((path for path in beside if not path.exists()), dest)
    return dest.with_name(found.name) if dest.name else found


def _inside(dest: Path) -> str:
    names = sorted(entry.name for entry in entries(dest))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(escaped, names[:_SHOWN])) + more
