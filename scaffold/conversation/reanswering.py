"""Other answers for generated code: the review without a walk, since all is answered already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold import shell
from scaffold.conversation.naming import group_of, naming_of
from scaffold.conversation.review import GROUPS, QUIT, change, entry_of, group_row, pick_entry
from scaffold.errors import BadAnswer, Cancelled
from scaffold.questions import SCOPE, Question
from scaffold.text import escaped
from scaffold.ui import BACK, Page, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scaffold.conversation.review import Entry
    from scaffold.questions import Answers, Value
    from scaffold.template import Template
    from scaffold.ui import Ui

    Changed = Callable[[Answers, Answers], dict[str, Value]]
    """The answers with some of them changed, and what follows from that; BadAnswer, where one is refused."""


def other_answers(  # noqa: PLR0913  # each says something else about the one page
    ui: Ui, template: Template, answers: Answers, changed: Changed, *, title: str, command: Sequence[str]
) -> Answers:
    """Let the user change any answer.

    Args:
        ui: Who is asked.
        template: Whose questions they are.
        answers: Those of now, complete.
        changed: What follows from a change.
        title: What is asked at the end.
        command: The words that begin the command that goes on.

    Raises:
        BadAnswer: One is refused that is no question of the template's.
        Cancelled: With the command that goes on.
    """
    changing = _Changing(ui, template, answers, changed)
    try:
        changing.run(escaped(title))
    except Cancelled as error:
        raise error.resumed_by(_command(template, command, answers, changing.answers)) from error
    return changing.answers


class _Changing:
    """The answers, as they are changed."""

    def __init__(self, ui: Ui, template: Template, answers: Answers, changed: Changed) -> None:
        self.answers = answers
        self._ui, self._template, self._changed = ui, template, changed

    def run(self, title: str) -> None:
        """Show the groups until the answers are to be merged in."""
        current: Any = None
        while current != "merge":
            groups = _groups(self._template, self.answers)
            rows = [
                Row("merge", "Merge them in", "your edits are kept"),
                *(group_row(name, entries) for name, entries in groups.items()),
                QUIT,
            ]
            current = self._ui.pick(Page(title, rows, current))
            if current is Cancelled:
                raise Cancelled(chosen=True)
            self._group(current)

    def _group(self, name: str) -> None:
        current: Any = None
        while name in (groups := _groups(self._template, self.answers)):
            current = pick_entry(self._ui, GROUPS[name], groups[name], current)
            if current is BACK:
                return
            value = change(self._ui, self._template, current, self.answers)
            if value is not BACK:
                self._take({current.name: value})

    def _take(self, new: dict[str, Value]) -> None:
        """Take new answers; one that is refused beside the others is asked for again, and Esc there takes none."""
        while (refused := self._refusal(new)) is not None:
            question = next((q for q in self._template.questions if q.flag == refused.flag), None)
            if question is None:
                raise refused
            self._ui.warn(f"{naming_of(question).short}: {refused.in_words}")
            others = {name: value for name, value in self.answers.items() if name != question.name}
            value = change(self._ui, self._template, question, others | new)
            if value is BACK:
                return
            new[question.name] = value

    def _refusal(self, new: Answers) -> BadAnswer | None:
        """Take new answers, all or none; what is wrong with one of them, or None."""
        try:
            self.answers = self._changed(self.answers, new)
        except BadAnswer as error:
            return error
        return None


def _groups(template: Template, answers: Answers) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {name: [] for name in GROUPS}
    for question in _relevant(template, answers):
        groups[group_of(question.name)].append(entry_of(question, answers))
    return {name: entries for name, entries in groups.items() if entries}


def _relevant(template: Template, answers: Answers) -> list[Question]:
    return [q for q in template.questions if q.name != SCOPE and template.is_relevant(q, answers)]


def _command(template: Template, command: Sequence[str], before: Answers, answers: Answers) -> str:
    """What was changed, as flags; nothing, where nothing was."""
    changed = [q for q in _relevant(template, answers) if answers[q.name] != before.get(q.name)]
    words = [word for question in changed for word in question.as_flag(answers[question.name])]
    return shell.command([*command, *words]) if words else ""
