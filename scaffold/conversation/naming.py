"""The words for the review's other rows: what the project is called, and all that has no turn of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scaffold.conversation.wording import BOUND, ENDS, RESULTS, ROWS_ONLY, SHAPE, STATE, TURNS, VOLUME
from scaffold.ui import Row
from scaffold.workload import Design

if TYPE_CHECKING:
    from scaffold.questions import Question, Value


@dataclass(frozen=True)
class Naming:
    """How an answer is called in the review, how it is asked for, and an example."""

    short: str
    title: str
    hint: str


PROJECT: Final = {
    "workers": Naming("Threads", "How many threads at once?", "for waiting, more than there are cores is right"),
    "name": Naming("Project", "What is the project called?", "letters, digits, hyphens: page-fetcher"),
    "package": Naming("Import as", "What do you import it as?", "import page_fetcher"),
    "directory": Naming("Directory", "In which directory is that package?", "src/page_fetcher"),
    "module": Naming("Module", "What is the module with the workers called?", "page_fetcher/pool.py: pool"),
    "tests": Naming("Tests", "In which directory do its tests go?", "tests"),
    "description": Naming("Description", "What does it do, in one sentence?", "the first line of its README"),
    "author": Naming("Author", "Who wrote it?", "for the license; may stay empty"),
    "license": Naming("License", "Who may use it?", "MIT: anybody; none: all rights reserved"),
    "ci": Naming("Tests run by", "Who runs the tests at every push?", "writes the workflow file"),
    "agents": Naming("AGENTS.md", "Tell coding agents what to edit and what to leave?", "writes AGENTS.md"),
    "status": Naming("Watched", "Must the rest of the program see how far the work is?", ""),
    "releases_gil": Naming("Computed in C", "Is the computing done in C code that releases the GIL?", ""),
    "design": Naming("Design", "Which design?", ""),
    "python": Naming("Python", "What is the oldest Python that it must run on?", "requires-python"),
}

DOES: Final = {
    Design.MAP: "one function over many inputs",
    Design.JOBS: "different functions, a handle for each",
    Design.POOL_TASK: "one call in the background, with its result and status",
    Design.TASK: "one thread for one job",
    Design.BATCH: "a few threads of one kind, joined together",
    Design.SERVICE: "a thread that runs as long as the program, with an orderly stop",
}
"""Each design in a few words."""

_RUN: Final = frozenset(
    {"design", "order", "on_error", "scale", "workers_kind", "releases_gil", "react", "work", "workers"}
)
_BY_NAME: Final = {
    turn.name: turn for turn in (SHAPE, ENDS, RESULTS, STATE, VOLUME, BOUND, *TURNS[-3:], *ROWS_ONLY)
}  # the turns whose reply is the answer of that name


def group_of(name: str) -> str:
    """The group of the review that an answer belongs to: work, run or project."""
    if name in _RUN:
        return "run"
    return "work" if name in ("shape", "results", "long_running", "state", "status", "volume", "bound") else "project"


def naming_of(question: Question) -> Naming:
    """The words for a question, which may be one that only its template knows."""
    if question.name in PROJECT:
        return PROJECT[question.name]
    if question.name in _BY_NAME:
        turn = _BY_NAME[question.name]
        return Naming(turn.short, turn.title, "")
    return Naming(question.name.replace("_", "-"), question.help, "")


def shown_value(question: Question, value: Value) -> tuple[str, str]:
    """An answer in the words of the conversation, and what it means."""
    if question.name == "design":
        return str(value), DOES[Design(value)]
    if question.name in _BY_NAME:
        for reply in _BY_NAME[question.name].replies:
            if same(reply.value, value):
                return reply.label, reply.means or reply.example
    if isinstance(value, bool):
        return ("Yes" if value else "No"), says(question, value)
    if question.choices:
        return ("None" if value == "none" else says(question, value) or str(value)), ""
    return str(value) or "-", naming_of(question).hint


def choice_rows(question: Question) -> list[Row]:
    """What can be answered, in the words of the conversation."""
    rows: list[Row] = []
    for choice in question.choices:
        label, means = shown_value(question, choice.value)
        rows.append(Row(choice.value, label, means))
    return rows


def says(question: Question, value: Value) -> str:
    """What the question itself says of an answer; nothing, where it says no more than yes or no."""
    said = next((choice.says for choice in question.choices if same(choice.value, value)), "")
    return "" if said in ("yes", "no") else said


def same(one: object, other: object) -> bool:
    """Whether they are the same answer: True equals 1, and is another one."""
    return type(one) is type(other) and one == other
