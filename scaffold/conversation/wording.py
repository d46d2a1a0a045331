"""What the conversation says: each turn in the user's words, and the answers that each reply sets.

The axes, their values and the rules are those of scaffold/questions.py and scaffold/rules.py. `watch` and `gil` are
asked here only: their replies set answers that have flags of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.questions import Value


@dataclass(frozen=True)
class Reply:
    """One thing to say to a turn: a label, a plain example, the answers that it sets, what it means for the code."""

    value: Value
    label: str
    example: str
    sets: Mapping[str, Value] = field(default_factory=dict)
    means: str = ""


@dataclass(frozen=True, eq=False)
class Turn:
    """One question of the conversation; `short` names it in the trail and in the review."""

    name: str
    short: str
    title: str
    replies: tuple[Reply, ...] = ()
    group: str = "work"
    settled_by: tuple[str, ...] = ()
    """Answers of which any, given by a flag, makes the question needless; empty for the question's own name."""

    @property
    def sets(self) -> frozenset[str]:
        """The names of all answers that some reply sets, but for the design."""
        return frozenset(name for reply in self.replies for name in reply.sets) - {"design"}


def _plain(name: str, short: str, title: str, *rows: tuple[Value, str, str, str], group: str = "work") -> Turn:
    """A turn whose reply is the answer to the question of the same name: value, label, example, meaning."""
    replies = tuple(Reply(value, label, example, {name: value}, means) for value, label, example, means in rows)
    return Turn(name, short, title, replies, group)


SHAPE: Final = _plain(
    "shape",
    "Work",
    "What should run in threads?",
    ("many-similar", "One function, many inputs", "download 500 pages", ""),
    ("one-off", "One job", "write a backup while the window stays usable", ""),
    ("heterogeneous", "Different jobs, as they come up", "send a mail here, resize an image there", ""),
    ("service", "Something that keeps running", "a log writer, a sensor poller", ""),
)
ENDS: Final = _plain(
    "long_running",
    "Ends",
    "When does a job end?",
    (False, "By itself, when its work is done", "a download, a backup", ""),
    (True, "Only when the program ends", "a watcher for each folder", ""),
)
RESULTS: Final = _plain(
    "results",
    "You get back",
    "What do you need back from a job?",
    (True, "A value", "the page's text, the report", ""),
    (False, "Nothing", "the file is saved, that is all", ""),
)
RESULTS_SERVICE: Final = _plain(
    "results",
    "You get back",
    "Does anybody wait for an answer from it?",
    (True, "Yes, an answer to each message", "a lookup that others ask for", ""),
    (False, "No, it just does its work", "lines go to a file", ""),
)
WATCH_ONE: Final = Turn(
    "watch",
    "While it runs",
    "While the job runs, what must the rest of the program do?",
    (
        Reply("nothing", "Nothing, or wait for the end", "a backup before exit", {"status": False}),
        Reply("done", "See whether it is done", "a spinner until the report is there", {"status": True}),
        Reply(
            "progress",
            "Show how far it is, or stop it",
            "a progress bar with a Cancel button",
            {"status": True, "state": True},
        ),
    ),
    settled_by=("status",),
)
WATCH_MANY: Final = Turn(
    "watch",
    "While they run",
    "While the jobs run, what must the rest of the program do?",
    (
        Reply("nothing", "Nothing, or wait for the end", "copy three folders, then exit", {"status": False}),
        Reply("progress", "Count what is done, or stop the rest", "312 of 500, with a Cancel button", {"status": True}),
    ),
    settled_by=("status",),
)
STATE: Final = _plain(
    "state",
    "Your code",
    "What does the job look like in your code?",
    (False, "One function", "def backup(folder): ...", ""),
    (True, "A class: it remembers things between steps", "a logged-in session with a cache", ""),
)
VOLUME: Final = _plain(
    "volume",
    "How many",
    "How many inputs are there?",
    ("many", "Many, or nobody knows", "5,000 files, the lines of a stream", ""),
    ("few", "A handful, known beforehand", "one for each of four devices", ""),
)
MEASURE: Final = "measure"
"""The value of the reply of somebody who wants to measure first."""

_MEASURE = Reply(
    MEASURE,
    "I don't know: let me measure it",
    "scaffold probe calls your function for some seconds",
    {},
    "stops here, says how to measure, and prints the command that goes on with what was measured",
)
_ONE_MORE = "the GIL may stand in the way: one more question"
_BOUND = _plain(
    "bound",
    "Time goes to",
    "What takes most of a job's time?",
    ("io", "Waiting", "network, disk, a database, another program", "threads wait side by side: what they are best at"),
    ("cpu", "Computing", "parsing, arithmetic, image filters", _ONE_MORE),
    ("mixed", "Both", "download a page, then parse it", ""),
)
BOUND: Final = replace(_BOUND, replies=(*_BOUND.replies, _MEASURE))

_GIL = "Only one thread at a time runs Python code (the GIL). Where is the computing done?"
_IN_C = "In C code that releases the GIL: use threads"
_IN_C_SUCH_AS = "numpy, zlib, hashlib, sqlite3"
_IN_C_MEANS = "threads run such calls on all cores"
_IN_PYTHON_SUCH_AS = "your own loops, json, re, HTML parsing"
_PICKLED = "the function, its inputs and its results must pickle"
GIL_MAP: Final = Turn(
    "gil",
    "Computing",
    _GIL,
    (
        Reply(
            "process",
            "In Python: use processes (recommended)",
            _IN_PYTHON_SUCH_AS,
            {"releases_gil": False, "workers_kind": "process"},
            f"threadpool/map on processes: {_PICKLED}",
        ),
        Reply("released", _IN_C, _IN_C_SUCH_AS, {"releases_gil": True, "workers_kind": "thread"}, _IN_C_MEANS),
        _MEASURE,
        Reply(
            "anyway",
            "In Python, and threads will do",
            "a free-threaded Python (3.13t and newer)",
            {"releases_gil": False, "workers_kind": "thread"},
            "with a GIL: about as fast as one thread",
        ),
    ),
    settled_by=("releases_gil", "workers_kind"),
)
GIL_MIXED: Final = Turn(
    "gil",
    "Computing",
    "Only one thread at a time runs Python code (the GIL). Which part takes longer?",
    (
        Reply(
            "anyway",
            "The waiting, or computing in C code: use threads",
            "a slow server; numpy, zlib, hashlib",
            {"workers_kind": "thread"},
            "threads wait side by side; with a GIL, the computing in Python takes turns",
        ),
        Reply(
            "process",
            "The computing in Python: use processes",
            _IN_PYTHON_SUCH_AS,
            {"workers_kind": "process"},
            f"threadpool/map on processes: {_PICKLED}",
        ),
        _MEASURE,
    ),
    settled_by=("workers_kind",),
)
GIL_BATCH: Final = Turn(
    "gil",
    "Computing",
    _GIL,
    (
        Reply(
            "process",
            "In Python: use processes (recommended)",
            _IN_PYTHON_SUCH_AS,
            {"releases_gil": False, "workers_kind": "process", "design": "threadpool/map"},
            f"threadpool/map on processes, in place of thread/batch: {_PICKLED}",
        ),
        Reply("released", _IN_C, _IN_C_SUCH_AS, {"releases_gil": True}, _IN_C_MEANS),
        _MEASURE,
        Reply(
            "anyway",
            "In Python, and threads will do",
            "the window stays usable, nothing gets faster",
            {"releases_gil": False, "design": "thread/batch"},
            "thread/batch: with a GIL, about as fast as one thread",
        ),
    ),
    settled_by=("design",),
)
GIL_OTHER: Final = Turn(
    "gil",
    "Computing",
    _GIL,
    (
        Reply(
            "anyway",
            "In Python: a thread keeps it out of the way",
            "the window stays usable, nothing gets faster",
            {"releases_gil": False},
            "this design has no variant on processes",
        ),
        Reply("released", _IN_C, _IN_C_SUCH_AS, {"releases_gil": True}, _IN_C_MEANS),
        _MEASURE,
    ),
    settled_by=("releases_gil",),
)
GIL_TURNS: Final = (GIL_MAP, GIL_MIXED, GIL_BATCH, GIL_OTHER)
ADVICE: Final = Turn("advice", "Design", "Shall it be this?")
ORDER: Final = _plain(
    "order",
    "Order",
    "In which order do you want the results?",
    ("finished", "As they finish", "show each page as soon as it is there", "nothing waits for a slow one"),
    ("input", "In the order of the inputs", "the lines of a report", "a slow one holds back those after it"),
    group="run",
)
REACT: Final = _plain(
    "react",
    "You wait for",
    "You have started several jobs. What are you waiting for?",
    ("as-completed", "Each result, as it comes", "show every answer at once", ""),
    ("first-result", "The first success", "the fastest of three mirrors", ""),
    ("first-error", "All of them, or the first failure", "give up when one check fails", ""),
    group="run",
)
WORK: Final = _plain(
    "work",
    "Acts on",
    "What makes it act?",
    ("inbox", "Messages that are sent to it", "lines for a log", "messages wait in a queue with a limit"),
    (
        "periodic",
        "The clock",
        "read a sensor every 10 seconds",
        "an error is a line in the log, and the next tick tries again",
    ),
    ("both", "Both", "take lines, and flush every second", "a queue with a limit, and a tick"),
    group="run",
)
ON_ERROR: Final = _plain(
    "on_error",
    "After a failure",
    "What happens when one input fails?",
    ("collect", "Note it and go on", "three dead links out of 500", ""),
    ("stop", "Stop", "an import that must be complete", ""),
    group="run",
)
SCALE: Final = _plain(
    "scale",
    "Machines",
    "How many machines?",
    ("machine", "This machine", "nothing to install", ""),
    ("cluster", "Several, with Dask", "adds the optional dependency distributed", ""),
    group="run",
)
WORKERS_KIND: Final = _plain(
    "workers_kind",
    "Workers",
    "What does the work?",
    ("thread", "Threads", "for waiting, and for C code that releases the GIL", ""),
    ("process", "Processes", "for computing in Python", ""),
    group="run",
)

TURNS: Final = (
    SHAPE,
    ENDS,
    RESULTS,
    RESULTS_SERVICE,
    WATCH_ONE,
    WATCH_MANY,
    STATE,
    VOLUME,
    BOUND,
    *GIL_TURNS,
    ADVICE,
    ORDER,
    REACT,
    WORK,
)
"""In the order asked; what cannot change anything is left out."""

ROWS_ONLY: Final = (ON_ERROR, SCALE, WORKERS_KIND)
"""Nobody's first concern: rows of the review, never asked."""
