"""The questions of a team's own template: Esc goes back with answers kept, and a review shows what would be written.

The template asks, in a process of its own (scaffold/foreign/confined.py), and cannot be made to ask backwards. So a
step back begins another process, which is given what stands, and asks from there on.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from scaffold.conversation.review import QUIT, Entry, look_at, pick_entry
from scaffold.errors import Cancelled
from scaffold.foreign.questions import value_of
from scaffold.foreign.workplace import workplace
from scaffold.text import escaped
from scaffold.ui import BACK, Line, Page, Row, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scaffold.foreign.questions import Prompt
    from scaffold.foreign.workplace import Workplace
    from scaffold.plan import Plan
    from scaffold.questions import Answers
    from scaffold.ui import Ui

Made = TypeVar("Made")

_HIDDEN: Final = "(hidden)"
_WRITE: Final = "write"
_TITLE_LINES, _TITLE_LENGTH = 4, 240  # what leaves room for the answer on every terminal


class SteppedBack(Exception):
    """Somebody wants to answer an earlier question again."""


class Replies:
    """What was replied to a template's questions so far; it asks only what is open."""

    def __init__(self, ui: Ui) -> None:
        self.ui = ui
        """Who is asked."""
        self.values: dict[str, object] = {}
        """What the template takes the replies for, by the names of their questions."""
        self._standing: dict[str, object] = {}
        """Replies by the name of their question."""
        self._kept: dict[str, object] = {}
        """Every reply ever made: where the cursor is when its question comes again."""
        self._asked: dict[str, Entry] = {}
        """The questions that came in this round, in their order, as the review shows them."""
        self.advice: Answers | None = None
        """What was answered about the work before the template asked, once that is settled."""
        self.secrets: dict[str, object] | None = None
        """Those that the version on record asked for, once they are known."""
        self._told: list[str] = []
        self._heard: set[str] = set()

    def begin(self) -> None:
        """Expect the questions from the first one on."""
        self._asked = {}
        self._heard.update(self._told)
        self._told = []

    def tell(self, text: str) -> None:
        """Pass on what the template says, unless it said so in an earlier round."""
        self._told.append(text)
        if text not in self._heard:
            self.ui.tell(text)

    def answer(self, prompt: Prompt) -> object:
        """Answer a question: by what stands, or by asking.

        Raises:
            SteppedBack: An earlier one is to be answered again.
            Cancelled: Ctrl-C or Ctrl-D.
        """
        name = prompt.name
        self.values.pop(name, None)  # one that was refused is none
        if prompt.problem:
            self._standing.pop(name, None)
            self._asked.pop(name, None)
        if name not in self._standing or not _is_offered(prompt, self._standing[name]):
            reply = self._ask(prompt)
            if reply is BACK:
                self.take_back(next(reversed(self._asked)))
                raise SteppedBack
            self._standing[name] = self._kept[name] = reply
        self._asked[name] = Entry(name, name, _shown(prompt, self._standing[name]))
        self.values[name] = value_of(prompt, self._standing[name])
        return self._standing[name]

    def take_back(self, name: str) -> None:
        """Have a question asked again, and those alone that depend on its answer."""
        self._standing.pop(name, None)

    @property
    def entries(self) -> list[Entry]:
        """What was asked, with the answers."""
        return [*self._asked.values()]

    def _ask(self, prompt: Prompt) -> Any:  # noqa: ANN401  # text, a number, some numbers, yes or no, or BACK
        """Ask at the terminal, the cursor on what was replied before."""
        if _is_long(prompt.message):
            if not prompt.problem:
                self.ui.show(f"\n{prompt.message}")
            prompt = replace(prompt, message=prompt.name)
        if prompt.name in self._kept:
            prompt = _with_cursor(prompt, self._kept[prompt.name])
        trail = [f"{entry.short}: {entry.value}" for entry in self.entries]
        back = bool(self._asked)
        if prompt.kind == "confirm":
            default = prompt.default is True
            return self.ui.pick(yes_or_no(prompt.message, default=default, trail=trail, text=prompt.problem, back=back))
        if prompt.kind in ("select", "checkbox"):
            several = prompt.kind == "checkbox"
            rows = [
                Row(c.number, c.label, disabled=c.disabled, checked=several and c.is_default) for c in prompt.choices
            ]
            current = next((choice.number for choice in prompt.choices if choice.is_default), None)
            page = Page(prompt.message, rows, current, trail, prompt.problem, back=back)
            return self.ui.pick_several(page) if several else self.ui.pick(page)
        return self.ui.line(
            Line(
                title=prompt.message,
                default=str(prompt.default),
                multiline=prompt.multiline,
                placeholder=prompt.placeholder,
                secret=prompt.kind == "password",
                trail=trail,
                text=prompt.problem,
                back=back,
            )
        )


@contextmanager
def rounds() -> Iterator[Callable[[Callable[[Workplace], Made]], Made]]:
    """Something to call with what is done in a process that asks: each step back does it again, in another process.

    The first begins at once, so that it starts while the template is fetched.
    """
    with ExitStack() as process:
        first = process.enter_context(workplace(renders=True))

        def until_settled(make: Callable[[Workplace], Made]) -> Made:
            place = first
            while True:
                with suppress(SteppedBack):
                    return make(place)
                process.close()
                place = process.enter_context(workplace(renders=True))

        yield until_settled


def review(ui: Ui, plan: Plan, replies: Replies) -> None:
    """Let the user look at the answers and the files that follow from them, until they want to have them written.

    Raises:
        SteppedBack: An answer is to be changed.
        Cancelled: The user chose so, or Ctrl-C or Ctrl-D.
    """
    current: Any = None
    entries = replies.entries
    while True:
        answers = tuple(entry.value for entry in entries)
        rows = [
            Row(_WRITE, "Write it", f"{len(plan.files)} files"),
            Row("files", "Look at the files", "before anything is written"),
            *([Row("answers", "Answers", answers, "Enter shows all of them, to be changed")] if entries else []),
            QUIT,
        ]
        current = ui.pick(Page(f"Write this project to {escaped(str(plan.dest))}?", rows, current, back=bool(entries)))
        if current is Cancelled:
            raise Cancelled(chosen=True)
        if current == _WRITE:
            return
        if current == "files":
            look_at(ui, plan, set())
            continue
        name = entries[-1].short if current is BACK else pick_entry(ui, "Answers", entries, None)
        if name is not BACK:
            replies.take_back(str(name))
            raise SteppedBack


def _is_long(message: str) -> bool:
    """Whether a text is shown before its question, where it can be scrolled back to, and not in it."""
    return message.count("\n") >= _TITLE_LINES or len(message) > _TITLE_LENGTH


def _is_offered(prompt: Prompt, reply: object) -> bool:
    """Whether a choice that stands can still be made: another answer may have changed what there is."""
    numbers = {choice.number for choice in prompt.choices if not choice.disabled}
    if prompt.kind == "select":
        return reply in numbers
    return prompt.kind != "checkbox" or (isinstance(reply, list) and numbers.issuperset(reply))


def _with_cursor(prompt: Prompt, reply: object) -> Prompt:
    """A question with an earlier reply for its default."""
    if prompt.kind in ("select", "checkbox"):
        chosen = reply if isinstance(reply, list) else [reply]
        choices = tuple(replace(choice, is_default=choice.number in chosen) for choice in prompt.choices)
        return replace(prompt, choices=choices)
    return replace(prompt, default=reply if isinstance(reply, bool) else str(reply))


def _shown(prompt: Prompt, reply: object) -> str:
    """A reply in a line; a secret stays one."""
    if prompt.kind == "password":
        return _HIDDEN
    if isinstance(reply, bool):
        return "yes" if reply else "no"
    if prompt.kind in ("select", "checkbox"):
        chosen = reply if isinstance(reply, list) else [reply]
        return ", ".join(choice.label for choice in prompt.choices if choice.number in chosen) or "none"
    return str(reply).replace("\n", " ")
