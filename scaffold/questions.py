"""The questions of a workload, in the order asked; each becomes a prompt, a flag and a question of copier.yml."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Union

from scaffold.choices import not_among
from scaffold.errors import BadAnswer
from scaffold.recommend import AXES, can_change_design, recommend
from scaffold.workload import Bound, Design, Shape, Volume, Workload

Value = Union[str, int, bool]
Answers = Mapping[str, Value]

_YES_NO = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True)
class Choice:
    """One possible answer, and in plain words what it means, with an example."""

    value: Value
    says: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """Something to ask. The recommended answer is the `default`; it may be an expression that a template evaluates."""

    name: str
    type: Literal["str", "int", "bool"]
    help: str
    default: Value
    choices: tuple[Choice, ...] = ()
    defaults: tuple[tuple[Mapping[str, tuple[Value, ...]], Value], ...] = ()
    """Other recommended answers beside some answers: those of the first pair whose answers are given."""
    asked: bool | Mapping[str, tuple[Value, ...]] = True
    """Asked one by one, or only beside these answers; else it takes its default and can be changed in the review."""
    required: bool = True
    """Without a terminal it must be answered, if it is one that is asked."""
    when: Mapping[str, tuple[Value, ...]] | str | bool = True
    """Answers under which the question makes sense; an expression, where it comes from a template."""
    validator: str = ""
    """A template that renders to what is wrong with the answer, or to nothing."""

    def recommended(self, answers: Answers) -> Value:
        """The default beside these answers."""
        return next((value for when, value in self.defaults if _meets(answers, when)), self.default)

    @property
    def flag(self) -> str:
        """How the command line spells it."""
        return f"--{self.name.replace('_', '-')}"

    def usage(self) -> str:
        """The flag with all that it takes."""
        if self.type == "bool":
            return f"{self.flag}/--no-{self.flag[2:]}"
        return f"{self.flag} {'|'.join(str(choice.value) for choice in self.choices) or self.name.upper()}"

    def as_flag(self, value: Value) -> tuple[str, ...]:
        """The words on a command line that give this answer."""
        if self.type == "bool":
            return (self.flag if value else f"--no-{self.flag[2:]}",)
        return (self.flag, str(value))

    def parse(self, given: object) -> Value:
        """The answer that a word from outside means.

        Raises:
            BadAnswer: The question takes no such value.
        """
        text = given if isinstance(given, str) else str(given).lower() if isinstance(given, bool) else str(given)
        if self.type == "bool":
            if text.lower() not in _YES_NO:
                raise BadAnswer(self.flag, given, "is neither yes nor no")
            return _YES_NO[text.lower()]
        if self.type == "int":
            if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
                raise BadAnswer(self.flag, given, "is not a whole number")
            return int(text)
        known = [str(choice.value) for choice in self.choices]
        if known and text not in known:
            raise BadAnswer(self.flag, given, not_among(text, known))
        _refuse_unprintable(self.flag, text)
        return text.strip()


def _refuse_unprintable(flag: str, text: str) -> None:
    """No text file can hold these; everything else arrives intact in every format."""
    for character in text:
        if "\ud800" <= character <= "\udfff":
            raise BadAnswer(flag, text, "holds half of a surrogate pair, which no file can; leave it out")
        if unicodedata.category(character) == "Cc" and character not in "\n\t":
            raise BadAnswer(flag, text, f"holds the control character {character!a}; leave it out")


def _yes_no(yes: str, no: str, *, first: bool) -> tuple[Choice, ...]:
    choices = (Choice(value=True, says=yes), Choice(value=False, says=no))
    return choices if first else choices[::-1]


def _meets(answers: Answers, when: Mapping[str, tuple[Value, ...]]) -> bool:
    return all(answers.get(name) in values for name, values in when.items())


_NOT_SERVICE = ("one-off", "many-similar", "heterogeneous")

WORKLOAD_QUESTIONS: Final = (
    Question(
        name="shape",
        type="str",
        help="What does the work look like?",
        default=Shape.MANY_SIMILAR.value,
        choices=(
            Choice("many-similar", "one function for many inputs, such as hashing 5,000 files"),
            Choice("one-off", "one task beside the main program, such as writing a backup"),
            Choice("heterogeneous", "different functions as they come up, such as a crawler's"),
            Choice("service", "runs as long as the program, such as a log writer or a poller"),
        ),
    ),
    Question(
        name="results",
        type="bool",
        help="Do you need something back from a task?",
        default=True,
        choices=_yes_no(
            "each task returns something, such as a page's text", "it has done its work: a file is saved", first=True
        ),
    ),
    Question(
        name="long_running",
        type="bool",
        help="Does a task run for most of the program's life?",
        default=False,
        choices=_yes_no(
            "minutes to for ever, such as watching a folder", "it ends by itself, such as one request", first=False
        ),
        when={"shape": _NOT_SERVICE},
    ),
    Question(
        name="state",
        type="bool",
        help="Does a task keep much state, or spread over several functions?",
        default=False,
        choices=_yes_no(
            "such as a session with a login and a cache", "one function that takes what it needs", first=False
        ),
        when={"shape": _NOT_SERVICE},
    ),
    Question(
        name="status",
        type="bool",
        help="Must the program check on tasks while they run?",
        default=False,
        choices=_yes_no("such as showing which are ready", "it only waits for the end, or not even that", first=False),
        when={"shape": _NOT_SERVICE},
    ),
    Question(
        name="volume",
        type="str",
        help="How many tasks are there?",
        default=Volume.MANY.value,
        choices=(
            Choice("many", "more than you would start threads for: they queue up"),
            Choice("few", "a handful, such as one for each of four devices"),
        ),
        when={"shape": ("many-similar",)},
    ),
    Question(
        name="bound",
        type="str",
        help="What does a task spend its time on?",
        default=Bound.IO.value,
        choices=(
            Choice("io", "waiting: network, disk, a database, another program"),
            Choice("cpu", "computing in Python, such as parsing or arithmetic"),
            Choice("mixed", "both, such as downloading and then parsing"),
        ),
    ),
)
"""The seven axes. All but `bound` can change the design."""

DESIGN_QUESTION: Final = Question(
    name="design",
    type="str",
    help="Which design?",
    default=Design.MAP.value,
    choices=tuple(Choice(design.value, design.summary) for design in Design),
    asked=False,
)

FOLLOW_UPS: Final = (
    Question(
        name="order",
        type="str",
        help="In which order do you want the results?",
        default="finished",
        choices=(
            Choice("finished", "as they finish: the soonest, nothing waits for a slow one"),
            Choice("input", "as the inputs came, such as lines of a report"),
        ),
        when={"design": (Design.MAP.value,)},
        asked={"results": (True,)},
    ),
    Question(
        name="on_error",
        type="str",
        help="What happens when a task fails?",
        default="collect",
        choices=(
            Choice("collect", "note it and go on with the others"),
            Choice("stop", "stop at the first one"),
        ),
        when={"design": (Design.MAP.value,)},
        asked=False,
    ),
    Question(
        name="scale",
        type="str",
        help="On how many machines does it run?",
        default="machine",
        choices=(
            Choice("machine", "this one"),
            Choice("cluster", "several, by dask.distributed (an optional dependency)"),
        ),
        when={"design": (Design.MAP.value,)},
        asked=False,
    ),
    Question(
        name="releases_gil",
        type="bool",
        help="Only one thread at a time runs Python code (the GIL). Is the computing done in C that lets go of it?",
        default=False,
        choices=_yes_no(
            "such as numpy, zlib, hashlib, sqlite3", "your own loops, json, re, parsing: in Python", first=False
        ),
        when={"bound": (Bound.CPU.value,)},
        asked={"design": (Design.MAP.value, Design.BATCH.value), "scale": ("machine",)},
        required=False,
    ),
    Question(
        name="workers_kind",
        type="str",
        help="What are the workers?",
        default="thread",
        defaults=(({"bound": (Bound.CPU.value,), "releases_gil": (False,)}, "process"),),
        choices=(
            Choice("thread", "threads: for work that waits, or computes in C that lets go of the GIL"),
            Choice("process", "processes: for work that computes in Python"),
        ),
        when={"design": (Design.MAP.value,), "scale": ("machine",)},
        asked=False,
    ),
    Question(
        name="react",
        type="str",
        help="What do you wait for?",
        default="as-completed",
        choices=(
            Choice("as-completed", "act on each result as it comes"),
            Choice("first-result", "the first success is enough, such as the fastest mirror"),
            Choice("first-error", "all or nothing: give up at the first failure"),
        ),
        when={"design": (Design.JOBS.value,)},
        asked={"results": (True,)},
    ),
    Question(
        name="work",
        type="str",
        help="How does the service get its work?",
        default="inbox",
        choices=(
            Choice("inbox", "messages are sent to it, such as lines to write"),
            Choice("periodic", "it acts at a fixed interval, such as polling a sensor"),
            Choice("both", "messages, and a regular chore such as flushing"),
        ),
        when={"design": (Design.SERVICE.value,)},
    ),
)
"""What shapes the code but not the choice of design."""

ADVICE_QUESTIONS: Final = (*WORKLOAD_QUESTIONS, *FOLLOW_UPS)

SCOPE: Final = "scope"
"""The name of the templates' question that commands answer by what they are: a project is made, or a module in one."""


def workload_of(answers: Answers) -> Workload:
    """The workload that answers describe; an axis without one takes the plainest value."""
    return Workload(
        shape=Shape(answers["shape"]),
        results=bool(answers.get("results", False)),
        status=bool(answers.get("status", False)),
        state=bool(answers.get("state", False)),
        long_running=bool(answers.get("long_running", False)),
        volume=Volume(answers.get("volume", Volume.FEW)),
        bound=Bound(answers.get("bound", Bound.IO)),
    )


def is_relevant(question: Question, answers: Answers) -> bool:
    """Whether the question makes sense beside these answers."""
    return _meets(answers, question.when if isinstance(question.when, Mapping) else {})


def is_open(question: Question, known: Answers) -> bool:
    """Whether a workload's question is worth asking: its answer can still change something."""
    if question.name in known or not is_relevant(question, known):
        return False
    if question.name in ("shape", "results", "bound"):
        return True
    if question.name in AXES:
        return can_change_design(question.name, {axis: known[axis] for axis in AXES if axis in known})
    return _meets(known, question.asked) if isinstance(question.asked, Mapping) else question.asked


Ask = Callable[[Question, Answers], Value]
"""Gets an answer from somewhere, given the answers so far."""


def complete_workload(given: Answers, ask: Ask) -> dict[str, Value]:
    """All answers that the choice of design depends on, and the design.

    Open questions go to `ask`, the others take the plainest value. The design is an answer like any other, fixed from
    here on: the rules may change later, a project's recorded design does not.
    """
    answers = _completed(WORKLOAD_QUESTIONS, given, ask)
    answers.setdefault("design", recommend(workload_of(answers)).design.value)
    return answers


def complete_follow_ups(workload: Answers, ask: Ask) -> dict[str, Value]:
    """`workload` with answers to what shapes the code of its design."""
    return _completed(FOLLOW_UPS, workload, ask)


def _completed(questions: Iterable[Question], given: Answers, ask: Ask) -> dict[str, Value]:
    answers: dict[str, Value] = dict(given)
    for question in questions:
        if is_open(question, answers):
            answers[question.name] = ask(question, answers)
        elif question.name not in answers:
            answers[question.name] = _unasked(question, answers)
    return answers


def _unasked(question: Question, answers: Answers) -> Value:
    """The value of a question that was not asked since nothing depends on it."""
    if question.name == "volume" and not is_relevant(question, answers):
        return Volume.FEW.value
    return question.recommended(answers)


def without_effect(given: Answers, answers: Answers) -> Iterator[Question]:
    """The questions that were answered by a flag or a file although nothing depends on them here."""
    return (question for question in ADVICE_QUESTIONS if question.name in given and not is_relevant(question, answers))
