"""The review: all answers in groups with what they mean, the files to look at, and nothing written before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scaffold.conversation.naming import choice_rows, group_of, naming_of, shown_value
from scaffold.conversation.wording import ADVICE, TURNS, Turn
from scaffold.errors import BadAnswer, Cancelled
from scaffold.project import completed, filled, project_of, relevant
from scaffold.questions import DESIGN_QUESTION, Question
from scaffold.text import escaped
from scaffold.ui import BACK, Line, Page, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import PurePosixPath

    from scaffold.conversation.dialogue import Conversation
    from scaffold.conversation.walk import Walk
    from scaffold.plan import Plan
    from scaffold.project import Target
    from scaffold.questions import Answers, Value
    from scaffold.template import Template
    from scaffold.ui import Ui

GROUPS: Final = {"work": "Work", "run": "How it runs", "project": "Project"}
QUIT: Final = Row(Cancelled, "Quit, write nothing")
_CODE: Final = (".py",)


@dataclass(frozen=True)
class Entry:
    """An answer in a group: what can be changed, what it is called, its value, and what that means."""

    what: Turn | Question | str
    """A name is that of a question of a team's template."""
    short: str
    value: str
    means: str = ""


def change(ui: Ui, template: Template, question: Question, answers: Answers, *, back: bool = True) -> Any:  # noqa: ANN401
    """Ask for another answer to one question; the answer, or BACK.

    Raises:
        Cancelled: Ctrl-C or Ctrl-D.
    """
    naming = naming_of(question)
    now = answers.get(question.name, template.default(question, answers))
    if question.choices:
        return ui.pick(Page(naming.title, choice_rows(question), now, back=back))

    def check(text: str) -> None:
        template.validate(question, {**answers, question.name: question.parse(text)})

    title = f"{naming.title} ({naming.hint})" if naming.hint else naming.title
    typed = ui.line(Line(title=title, default=str(now), check=check, back=back))
    return typed if typed is BACK else question.parse(typed)


def pick_entry(ui: Ui, title: str, entries: Sequence[Entry], current: object) -> Any:  # noqa: ANN401
    """One of a group's answers, to be changed; or BACK."""
    width = max(len(entry.short) for entry in entries)
    rows = [Row(entry.what, f"{entry.short:<{width}}  {entry.value}", entry.means) for entry in entries]
    return ui.pick(Page(f"{title}: which one do you want to change?", rows, current, back=True))


def group_row(name: str, entries: Iterable[Entry]) -> Row:
    """A group on the review, with the beginning of what is in it."""
    return Row(name, GROUPS[name], tuple(map(_in_row, entries)), "Enter shows what each means")


def _in_row(entry: Entry) -> str:
    """A value where nothing stands beside it: a number says of what."""
    return f"{entry.short} {entry.value}" if entry.value[:1].isdigit() else entry.value


def entry_of(question: Question, answers: Answers) -> Entry:
    """An answer as the review shows it."""
    value, means = shown_value(question, answers[question.name])
    return Entry(question, naming_of(question).short, _one_line(value), means)


class Review:
    """The last page, and those behind it."""

    def __init__(
        self, talk: Conversation, template: Template, target: Target, *, offer_git: Callable[[], bool]
    ) -> None:
        self._talk, self._ui = talk, talk.ui
        self._template, self._target = template, target
        self._offer_git = offer_git
        self._before: Walk | None = None
        """The conversation before the last change, for Esc where that change is refused."""

    def run(self) -> Any:  # noqa: ANN401  # as follows
        """The project to write, or BACK; None, when a change opened a question.

        Raises:
            Cancelled: The user chose so, or Ctrl-C or Ctrl-D.
        """
        current: Any = None
        while self._talk.next_turn() is None:
            answers = self._answers()
            project = project_of(self._template, self._target, answers)
            groups = self._groups(answers)
            rows = [
                *self._write_rows(len(project.plan.files)),
                Row("files", "Look at the files", "before anything is written"),
                *(group_row(name, entries) for name, entries in groups.items()),
                QUIT,
            ]
            title, text = escaped(self._target.title(answers)), self._talk.three_lines()
            back = self._talk.walk.last is not None
            current = self._ui.pick(Page(title, rows, current, text=text, back=back))
            if current is Cancelled:
                raise Cancelled(chosen=True)
            if current is BACK:
                return BACK
            if current in ("write", "git"):
                return project_of(self._template, self._target, answers, git=current == "git")
            if current == "files":
                look_at(self._ui, project.plan, self._template.owned(answers))
            else:
                self._group(current)
        return None

    def _write_rows(self, number: int) -> list[Row]:
        if self._offer_git():
            return [
                Row("git", "Write it", f"{number} files, with git init and a first commit"),
                Row("write", "Write it without git", "scaffold update needs a git repository"),
            ]
        return [Row("write", "Write it", f"{number} files")]

    def _answers(self) -> dict[str, Value]:
        """All answers; one that is refused is asked for at once, and Esc takes back the change that led there."""
        while True:
            workload = self._talk.workload()
            try:
                answers = completed(self._template, self._target, workload)
            except BadAnswer as error:
                question = next((q for q in self._template.project_questions if q.flag == error.flag), None)
                if question is None:
                    raise
                self._ui.warn(f"{naming_of(question).short}: {error.in_words}")
                answers = filled(self._template, self._target, workload)
                can_go_back = self._before is not None
                value = change(self._ui, self._template, question, answers, back=can_go_back)
                if value is not BACK:
                    self._talk.give(question.name, value)
                elif self._before is not None:
                    self._talk.walk, self._before = self._before, None
            else:
                self._before = None
                return answers

    def _groups(self, answers: Answers) -> dict[str, list[Entry]]:
        said = [said for said in self._talk.walk.stand().said if said.turn.group == "work" and said.turn is not ADVICE]
        groups = {
            "work": [
                Entry(one.turn, one.turn.short, one.reply.label.removesuffix(" (recommended)"), one.reply.example)
                for one in said
            ],
            "run": [],
            "project": [],
        }
        rest = [question for question in relevant(self._template, answers) if question.name != "releases_gil"]
        for question in sorted(rest, key=lambda question: question is not DESIGN_QUESTION):
            if group_of(question.name) != "work":
                groups[group_of(question.name)].append(entry_of(question, answers))
        return groups

    def _group(self, name: str) -> None:
        """The answers of one group, each to be changed, until a change opens a question."""
        current: Any = None
        while self._talk.next_turn() is None:
            answers = self._answers()
            current = pick_entry(self._ui, GROUPS[name], self._groups(answers)[name], current)
            if current is BACK:
                return
            self._change(current, answers)

    def _change(self, what: Turn | Question, answers: Answers) -> None:
        if isinstance(what, Question):
            turn = next((turn for turn in TURNS if turn.name == what.name and turn.group == "run"), None)
        else:
            turn = what
        self._before = self._talk.walk.copy()
        if what is DESIGN_QUESTION:
            self._talk.choose_design()
        elif turn is not None:
            self._talk.ask_again(turn)
        elif isinstance(what, Question):
            value = change(self._ui, self._template, what, answers)
            if value is not BACK:
                self._talk.give(what.name, value)


def look_at(ui: Ui, plan: Plan, owned: set[PurePosixPath]) -> None:
    """The files that would be written, the user's own first; Enter shows one."""
    paths = sorted(plan.files, key=lambda path: (path.suffix not in _CODE, path.parts))
    own = sorted((path for path in paths if path in owned), key=lambda path: not path.name.endswith("work.py"))
    rows = [Row(path, escaped(str(path))) for path in paths if path not in owned]
    if own:
        yours = [Row(None, "Yours to edit", heading=True), *(Row(path, str(path)) for path in own)]
        rows = [*yours, Row(None, "The rest", heading=True), *rows]
    chosen: Any = None
    while True:
        chosen = ui.pick(Page(f"{escaped(str(plan.dest))}: Enter shows a file", rows, chosen, back=True))
        if chosen is BACK:
            return
        ui.view(escaped(str(chosen)), _shown_content(plan.files[chosen]))


def _shown_content(content: bytes) -> str:
    """A file's text, without a character that could do more to a terminal than show."""
    text = content.decode("utf-8", "backslashreplace").expandtabs()
    return "\n".join(escaped(line) for line in text.split("\n"))


def _one_line(text: str) -> str:
    return escaped(text.replace("\n", " "))
