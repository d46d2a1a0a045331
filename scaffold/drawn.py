"""Questions drawn in place below the shell's prompt by prompt_toolkit, and taken away again.

No alternate screen but to read a file, no mouse, no queries to the terminal: it is quiet over a slow link.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from prompt_toolkit.application import Application
from prompt_toolkit.filters import has_selection
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.layout.margins import Margin
from prompt_toolkit.shortcuts import PromptSession
from prompt_toolkit.styles import Style
from prompt_toolkit.validation import ValidationError, Validator

from scaffold.errors import BadAnswer, Cancelled
from scaffold.reports.wrapping import cut, fitting, folded, room, shows_signs, wrapped
from scaffold.ui import BACK, Page, Row, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Callable

    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.document import Document
    from prompt_toolkit.formatted_text import StyleAndTextTuples as Text
    from prompt_toolkit.key_binding import KeyPressEvent
    from prompt_toolkit.layout.containers import WindowRenderInfo
    from prompt_toolkit.layout.controls import UIContent

    from scaffold.ui import Line

_ESCAPE_WAIT = 0.25  # seconds for the rest of an arrow key's sequence, which a slow link may split; then it is an Esc
_ENTER_WAIT = 600.0  # seconds for the Enter after an Esc, where both together end a text of several lines
_PAGE = 10  # rows
_LEAST_ROWS = 4  # of the list, however little room there is
_LEAST_COLUMNS = 20  # of what stands beside a row
_STYLE = Style([("here", "bold fg:ansicyan"), ("title", "bold"), ("live", "fg:ansicyan"), ("problem", "fg:ansired")])


class Drawn:
    """One page after the other in the same place."""

    def __init__(self) -> None:
        os.environ.setdefault("PROMPT_TOOLKIT_NO_CPR", "1")  # a round trip, and a warning where nobody answers
        beyond_ascii = ("\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}", "✓", "↑↓")
        signs = beyond_ascii if shows_signs() else (">", "*", "Up/Down")
        self._pointer, self._done, self._updown = signs

    def pick(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """The value of the chosen row, or BACK.

        Raises:
            Cancelled: Ctrl-C or Ctrl-D.
        """
        return _Picker(page, self._pointer, self._done, self._updown).run()

    def pick_several(self, page: Page) -> Any:  # noqa: ANN401  # as above, or a list of them
        """The values of the rows that are checked at the end, or BACK.

        Raises:
            Cancelled: Ctrl-C or Ctrl-D.
        """
        picker = _Picker(page, self._pointer, self._done, self._updown, several=True)
        if picker.run() is BACK:
            return BACK
        return [row.value for number, row in enumerate(page.rows) if number in picker.checked]

    def confirm(self, text: str, *, default: bool) -> bool:
        """Yes or no, by one key.

        Raises:
            Cancelled: Ctrl-C or Ctrl-D.
        """
        return bool(self.pick(yes_or_no(text, default=default)))

    def line(self, line: Line) -> Any:  # noqa: ANN401  # text or BACK
        """What was typed, or BACK.

        Raises:
            Cancelled: Ctrl-C or Ctrl-D.
        """

        class Checked(Validator):
            def validate(self, document: Document) -> None:
                try:
                    if line.check is not None:
                        line.check(document.text)
                except BadAnswer as error:
                    raise ValidationError(len(document.text), error.in_words) from error

        keys = KeyBindings()
        goes_back = line.back and not line.multiline  # where Esc begins what ends the text
        if goes_back:
            keys.add("escape")(lambda event: event.app.exit(result=BACK))
        is_marked = bool(line.default) and not line.multiline and not line.secret
        if is_marked:
            keys.add(Keys.BracketedPaste, filter=has_selection)(_paste_over)
        end = "Enter new line  Esc, then Enter: done" if line.multiline else "Enter next"
        hint = f"{end}{'  Esc back' if goes_back else ''}  Ctrl-C quit"
        above = [cut(f" {self._done} {said}", room().columns) for said in line.trail]
        above += [*([""] if above else []), *wrapped(line.text, " ")] if line.text else []
        message: Text = [
            ("", "".join(f"{said}\n" for said in above)),
            ("class:title", "\n".join(wrapped(line.title, " "))),
            ("class:hint", "\n{}\n".format("\n".join(wrapped(hint, " ")))),
            ("class:here", f" {self._pointer} "),
        ]
        session: PromptSession[Any] = PromptSession(
            message,
            validator=Checked(),
            validate_while_typing=False,
            multiline=line.multiline,
            placeholder=line.placeholder or None,
            is_password=line.secret,
            key_bindings=keys,
            style=_STYLE,
            erase_when_done=True,
        )
        session.app.ttimeoutlen = _ESCAPE_WAIT
        session.app.timeoutlen = _ENTER_WAIT if line.multiline else _ESCAPE_WAIT
        try:
            return session.prompt(
                default=line.default, pre_run=partial(_mark, session.default_buffer) if is_marked else None
            )
        except (KeyboardInterrupt, EOFError) as error:
            raise Cancelled from error

    def view(self, name: str, text: str) -> None:
        """A file over the whole screen, highlighted, and gone without a trace; lines are broken between words.

        Raises:
            Cancelled: Ctrl-C or Ctrl-D.
        """
        from prompt_toolkit.lexers import PygmentsLexer
        from prompt_toolkit.widgets import Label, TextArea

        keys = KeyBindings()
        for key in ("escape", "q", "enter", "left"):
            keys.add(key, eager=key == "left")(lambda event: event.app.exit())
        for key in ("c-c", "c-d"):
            keys.add(key)(lambda event: event.app.exit(exception=Cancelled()))
        code = bool(name)
        area = TextArea(
            folded(text, room().columns - 1),  # the last column says whether there is more
            lexer=PygmentsLexer.from_filename(name) if code else None,
            read_only=True,
            wrap_lines=True,
        )
        area.window.right_margins = [_More()]
        hint = Label(f" {self._updown} PgUp PgDn  Esc back  Ctrl-C quit")
        app: Application[None] = Application(
            Layout(HSplit([Label(f" {name or 'All reasons'}", style="bold"), area, hint])),
            key_bindings=keys,
            full_screen=True,
            enable_page_navigation_bindings=True,
        )
        app.ttimeoutlen = app.timeoutlen = _ESCAPE_WAIT
        app.run()


def _mark(buffer: Buffer) -> None:
    """Mark all of it, as a browser does with an address: what is typed takes its place, an arrow key edits it."""
    buffer.cursor_position = 0
    buffer.start_selection()
    assert buffer.selection_state is not None
    buffer.selection_state.enter_shift_mode()
    buffer.cursor_position = len(buffer.text)


def _paste_over(event: KeyPressEvent) -> None:
    event.current_buffer.cut_selection()
    event.current_buffer.insert_text(" ".join(event.data.splitlines()))


class _More(Margin):
    """A column that says whether there is more above, and more below."""

    def get_width(self, get_ui_content: Callable[[], UIContent]) -> int:  # noqa: ARG002  # the same for each
        return 1

    def create_margin(self, window_render_info: WindowRenderInfo, width: int, height: int) -> Text:  # noqa: ARG002
        above = " " if window_render_info.top_visible else "^"
        below = " " if window_render_info.bottom_visible else "v"
        return [("class:hint", "\n".join([above, *[" "] * (height - 2), below]))]


class _Picker:
    """A page with a cursor."""

    def __init__(self, page: Page, pointer: str, done: str, updown: str, *, several: bool = False) -> None:
        self._page, self._pointer, self._done, self._updown = page, pointer, done, updown
        self._index = page.start
        self._several = several
        self.checked = {number for number, row in enumerate(page.rows) if row.checked}
        self._keys = KeyBindings()
        self._live_height = max((len(wrapped(row.live)) for row in page.rows if row.live), default=0)

    def run(self) -> Any:  # noqa: ANN401  # whatever the rows hold
        """Show it until something is chosen."""
        self._bind_all()
        least = min(_LEAST_ROWS, len(self._page.rows))
        parts = [_window(self._top, None), _window(self._rows, least), _window(self._bottom, 1 + self._live_height)]
        app: Application[Any] = Application(
            Layout(HSplit(parts)), key_bindings=self._keys, style=_STYLE, erase_when_done=True
        )
        app.ttimeoutlen = app.timeoutlen = _ESCAPE_WAIT
        return app.run()

    def _bind_all(self) -> None:
        rows = self._page.rows
        for names, step in (
            (("up", "k", "s-tab"), -1),
            (("down", "j", "tab"), 1),
            (("pageup",), -_PAGE),
            (("pagedown",), _PAGE),
            (("home",), -len(rows)),
            (("end",), len(rows)),
        ):
            for name in names:
                self._keys.add(name)(lambda _, step=step: self._move(step))
        chosen = [number for number, row in enumerate(rows) if row.can_be_chosen]
        for digit, number in enumerate(chosen[:9], 1):
            self._keys.add(str(digit))(self._choosing(number))
        if self._page.yes_or_no:
            for key, number in {"y": 0, "Y": 0, "n": 1, "N": 1}.items():
                self._keys.add(key)(self._choosing(number))
        self._keys.add("enter")(lambda event: self._choose(event, self._index))
        if self._several:
            self._keys.add("space")(lambda _: self._toggle())
        else:
            self._keys.add("right")(lambda event: self._choose(event, self._index))
        if self._page.back:
            for name in ("escape", "left"):
                self._keys.add(name)(lambda event: event.app.exit(result=BACK))
        for name in ("c-c", "c-d"):
            self._keys.add(name)(lambda event: event.app.exit(exception=Cancelled()))

    def _choosing(self, number: int) -> Callable[[KeyPressEvent], None]:
        def choose(event: KeyPressEvent) -> None:
            if self._several:
                self._index = number
                self._toggle()
            else:
                self._choose(event, number)

        return choose

    def _choose(self, event: KeyPressEvent, number: int) -> None:
        if self._several or self._page.rows[number].can_be_chosen:
            event.app.exit(result=self._page.rows[number].value)

    def _toggle(self) -> None:
        self.checked ^= {self._index}

    def _move(self, step: int) -> None:
        """Up or down, past what cannot be chosen; the ends are felt, since it does not begin anew."""
        free = [number for number, row in enumerate(self._page.rows) if row.can_be_chosen]
        if free:
            now = free.index(self._index) if self._index in free else 0
            self._index = free[min(max(now + step, 0), len(free) - 1)]

    def _top(self) -> Text:
        page = self._page
        title = wrapped(page.title, " ")
        lines = room().lines
        text = wrapped(page.text, " ") if page.text else []
        for_text = max(0, lines - len(title) - min(_LEAST_ROWS, len(page.rows)) - self._live_height - 3)
        if len(text) > for_text:
            text = [*text[: max(0, for_text - 1)], " ..."] if for_text else []
        for_trail = lines - len(title) - len(text) - len(page.rows) - self._live_height - 5
        trail = (
            [cut(f" {self._done} {line}", room().columns) for line in page.trail][-for_trail:] if for_trail > 0 else []
        )
        above = "\n\n".join("\n".join(part) for part in (trail, text) if part)
        return [("", f"{above}\n\n" if above else ""), ("class:title", "\n".join(title))]

    def _rows(self) -> Text:
        columns = room().columns
        rows = self._page.rows
        label = max((len(self._label(number)) for number, row in enumerate(rows) if not row.heading), default=0)
        examples = [_in_line(row.example, columns - label - 6) for row in rows]
        example = max(map(len, examples), default=0)
        wide = label + example + 6 <= columns
        lines: Text = []
        for number, (row, beside) in enumerate(zip(rows, examples, strict=True)):
            here = number == self._index and row.can_be_chosen
            lines += [("[SetCursorPosition]", "")] if here else []
            lines += [self._line(number, row, label if wide else 0, here=here)]
            if beside and wide:
                lines += [("", f"  {beside}")]
            elif beside and here:
                lines += [("", "\n" + "\n".join(wrapped(beside, "     ")))]
            lines += [("", "\n")]
        return lines[:-1]

    def _line(self, number: int, row: Row, width: int, *, here: bool) -> tuple[str, str]:
        columns = room().columns
        if row.heading:
            return ("class:title", cut(f" {row.label}", columns))
        label = self._label(number)
        if here:  # all of it, however narrow the terminal is
            first, *more = wrapped(label, "   ", "  ") if len(label) + 3 > columns else [f"   {label:<{width}}"]
            return ("class:here", "\n".join([f" {self._pointer} {first[3:]}", *more]))
        return ("", cut(f"   {label:<{width}}", columns))

    def _label(self, number: int) -> str:
        row = self._page.rows[number]
        box = f"[{'x' if number in self.checked else ' '}] " if self._several else ""
        return f"{box}{row.label}" + (f" ({row.disabled})" if row.disabled else "")

    def _bottom(self) -> Text:
        rows = self._page.rows
        live = wrapped(rows[self._index].live) if rows and rows[self._index].live else []
        live += [""] * (self._live_height - len(live))
        what = "Space choose" if self._several else "choose"
        back = "  Esc back" if self._page.back else ""
        hint = f" {self._updown} {what}  Enter next{back}  Ctrl-C quit"
        if len(hint) >= room().columns:
            hint = f" {self._updown} Enter{back}  ^C quit"
        return [("class:live", "\n".join(live) + "\n" if self._live_height else ""), ("class:hint", hint)]


def _in_line(example: str | tuple[str, ...], columns: int) -> str:
    return example if isinstance(example, str) else fitting(example, max(_LEAST_COLUMNS, columns))


def _window(text: Callable[[], Text], least: int | None) -> Window:
    """A part of the page, with the least number of its lines; None, where all of it has to be seen."""

    def height() -> Dimension:
        return Dimension(min=least) if least is not None else Dimension.exact(_lines(text()))

    control = FormattedTextControl(text, show_cursor=False)
    return Window(control, dont_extend_height=True, height=height, always_hide_cursor=True)


def _lines(text: Text) -> int:
    return sum(part[1].count("\n") for part in text) + 1
