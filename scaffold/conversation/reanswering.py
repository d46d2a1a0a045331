"""Other answers for generated code: the review without a walk, since all is answered already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold import shell
from scaffold.conversation.naming import group_of
from scaffold.conversation.review import GROUPS, QUIT, change, entry_of, group_row, pick_entry
from scaffold.errors import Cancelled, escaped
from scaffold.questions import SCOPE, Question
from scaffold.ui import BACK, Page, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scaffold.conversation.review import Entry
    from scaffold.questions import Answers, Value
    from scaffold.template import Template
    from scaffold.ui import Ui

    Changed = Callable[[Answers, Answers], dict[str, Value]]
    """The answers with some of them changed, and what follows from that."""


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
        BadAnswer: The template refuses one beside the others.
        Cancelled: With the command that goes on.
    """
    before = answers
    current: Any = None
    try:
        while True:
            groups = _groups(template, answers)
            rows = [
                Row("merge", "Merge them in", "your edits are kept"),
                *(group_row(name, entries) for name, entries in groups.items()),
                QUIT,
            ]
            current = ui.pick(Page(escaped(title), rows, current))
            if current is Cancelled:
                break
            if current == "merge":
                return answers
            answers = _changed_in(ui, template, current, answers, changed)
    except Cancelled as error:
        raise Cancelled(error.why, resume=_command(template, command, before, answers)) from error
    raise Cancelled(resume=_command(template, command, before, answers))


def _changed_in(ui: Ui, template: Template, name: str, answers: Answers, changed: Changed) -> Answers:
    current: Any = None
    while name in (groups := _groups(template, answers)):
        current = pick_entry(ui, GROUPS[name], groups[name], current)
        if current is BACK:
            return answers
        value = change(ui, template, current, answers)
        if value is not BACK:
            answers = changed(answers, {current.name: value})
    return answers


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
