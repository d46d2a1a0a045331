"""Questions as numbered lines, from top to bottom, nothing redrawn: for dumb terminals, speech and braille."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from scaffold.errors import BadAnswer, Cancelled
from scaffold.reports import output
from scaffold.reports.wrapping import wrapped
from scaffold.ui import BACK, Page, Row

if TYPE_CHECKING:
    from scaffold.ui import Line

_END = "."  # alone on a line, ends a text of several lines


class Plain:
    """One question after the other."""

    def pick(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """The value of the chosen row, or BACK.

        Raises:
            Cancelled: Ctrl-C, Ctrl-D, or q.
        """
        free = _listed(page)
        start = free.index(page.rows[page.start]) + 1 if free else 0
        keys = f"{', b for back' if page.back else ''}, q to quit"
        while True:
            text = _typed(f"Number [{start}]{keys}: ") or str(start)
            if text == "q":
                raise Cancelled(chosen=True)
            if text == "b" and page.back:
                return BACK
            if page.yes_or_no and text.lower() in ("y", "yes", "n", "no"):
                return text.lower().startswith("y")
            if text.isdecimal() and 0 < int(text) <= len(free):
                row = free[int(text) - 1]
                _say(f"Chosen: {row.label.strip()}." + (f" {row.live}" if row.live else ""))
                return row.value
            _say(f"Type a number from 1 to {len(free)}{keys}.")

    def pick_several(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """The values of the chosen rows, or BACK.

        Raises:
            Cancelled: Ctrl-C, Ctrl-D, or q.
        """
        free = _listed(page)
        start = ",".join(str(number) for number, row in enumerate(free, 1) if row.checked) or "none"
        back = ", b for back" if page.back else ""
        while True:
            text = _typed(f"Numbers, with commas [{start}], none for none{back}, q to quit: ") or start
            if text == "q":
                raise Cancelled(chosen=True)
            if text == "b" and page.back:
                return BACK
            words = [] if text == "none" else text.replace(",", " ").split()
            if all(word.isdecimal() and 0 < int(word) <= len(free) for word in words):
                return [free[number - 1].value for number in sorted({int(word) for word in words})]
            _say(f"Type numbers from 1 to {len(free)}, with commas between them.")

    def confirm(self, text: str, *, default: bool) -> bool:
        """Yes or no.

        Raises:
            Cancelled: Ctrl-C or Ctrl-D.
        """
        while True:
            typed = _typed(f"\n{text} [{'Y/n' if default else 'y/N'}]: ").lower()
            if typed in ("", "y", "yes", "n", "no"):
                return default if not typed else typed.startswith("y")
            _say("Type y or n.")

    def line(self, line: Line) -> Any:  # noqa: ANN401  # text or BACK
        """What was typed, or BACK.

        Raises:
            Cancelled: Ctrl-C or Ctrl-D.
        """
        back = ", b for back" if line.back and not line.multiline else ""
        if line.text:
            _say(f"\n{line.text}")
        shown = "hidden" if line.secret and line.default else line.default.replace("\n", " ")
        while True:
            text = self._text(line, f"\n{line.title} [{shown}]{back}, Ctrl-C to quit: ")
            if text == "b" and back:
                return BACK
            try:
                if line.check is not None:
                    line.check(text)
            except BadAnswer as error:
                _say(error.in_words)
            else:
                return text

    def view(self, name: str, text: str) -> None:
        """Print a file."""
        output.say_plain(f"\n{name}:\n{text}" if name else f"\n{text}")

    @staticmethod
    def _text(line: Line, prompt: str) -> str:
        if line.secret:
            import getpass

            try:
                return getpass.getpass(prompt) or line.default
            except (EOFError, KeyboardInterrupt) as error:
                raise Cancelled from error
        if not line.multiline:
            return _typed(prompt) or line.default
        _say(f"{prompt}\nA line with nothing but {_END!r} ends it; as the first, it keeps what is in brackets.")
        lines: list[str] = []
        while (text := _typed("", strip=False)) != _END:
            lines.append(text)
        return "\n".join(lines) or line.default


def _listed(page: Page) -> list[Row]:
    """Print a page; the rows that can be chosen, in the order of their numbers."""
    _say("\n".join([*(["", page.text] if page.text else []), "", page.title]))
    free: list[Row] = []
    for row in page.rows:
        if row.heading:
            _say(row.label)
        elif row.disabled:
            _say(f"  - {row.label} ({row.disabled})", "    ")
        else:
            free.append(row)
            beside = row.example if isinstance(row.example, str) else ", ".join(row.example)
            _say(f"  {len(free)}. {row.label.strip()}{': ' if beside else ''}{beside}", "     ")
    return free


def _say(text: str, hanging: str = "") -> None:
    """Print running text in lines that fit, broken between words."""
    output.say_plain("\n".join(wrapped(text, "", hanging)))


def _typed(prompt: str, *, strip: bool = True) -> str:
    """A line from the terminal, without what editing it by readline would send to a dumb one."""
    sys.stdout.write("\n".join(wrapped(prompt, "")) + " " * prompt.endswith(" "))
    sys.stdout.flush()
    try:
        text = sys.stdin.readline()
    except KeyboardInterrupt as error:
        _say("")
        raise Cancelled from error
    if not text:
        _say("")
        raise Cancelled
    return text.strip() if strip else text.rstrip("\n")
