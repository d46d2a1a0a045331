"""The rules: which workload gets which design, decided by which principles. Read the tables top to bottom.

Everything that shows a rule is produced from here: `scaffold rules`, docs/rules.md, the README's table, the questions
that `copier copy` asks and the reasons in a generated README.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scaffold.workload import Bound, Design, Shape, Volume

Conditions = Mapping[str, object]
"""Axes of a workload (or `design`, `family`) with the value that each must have; a tuple names several."""

_POOL = "https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.ThreadPool"
_APPLY = "https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool.apply_async"
_IMAP = "https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool.imap_unordered"
_ASYNC_RESULT = "https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.AsyncResult"
_THREAD = "https://docs.python.org/3/library/threading.html#thread-objects"
_RUN = "https://docs.python.org/3/library/threading.html#threading.Thread.run"
_GIL = "https://docs.python.org/3/glossary.html#term-global-interpreter-lock"
_ASYNCIO = "https://docs.python.org/3/library/asyncio.html"
_CLUSTER = "https://distributed.dask.org/en/stable/"


@dataclass(frozen=True)
class Principle:
    """What one of the two ways is right or wrong for, under a code that never changes its meaning."""

    code: str
    topic: str
    text: str
    source: str

    @property
    def sentence(self) -> str:
        """What the code says, in full."""
        return f"{self.topic} {self.text}"


PRINCIPLES: Final = {
    principle.code: principle
    for principle in (
        Principle(
            "P1", "ThreadPool is right for", "many short to modest tasks during the whole life of a program", _POOL
        ),
        Principle("P2", "ThreadPool is right for", "tasks with or without arguments, with or without a result", _APPLY),
        Principle(
            "P3", "ThreadPool is right for", "ad hoc tasks of different types (different target functions)", _APPLY
        ),
        Principle("P4", "ThreadPool is right for", "task types and arrival times known only at run time", _APPLY),
        Principle("P5", "ThreadPool is right for", "queueing up a large number of tasks", _IMAP),
        Principle(
            "P6",
            "ThreadPool is right for",
            "checking a task's status while it runs (an AsyncResult: ready, successful, wait, get)",
            _ASYNC_RESULT,
        ),
        Principle(
            "P7",
            "ThreadPool is right for",
            "acting on results: the first to finish, the first to fail, each as it becomes available",
            _IMAP,
        ),
        Principle(
            "PX1", "ThreadPool is wrong for", "a complex task spread over several functions: extend Thread", _RUN
        ),
        Principle(
            "PX2",
            "ThreadPool is wrong for",
            "tasks that manage much state: extend Thread, keep it in instance variables",
            _RUN,
        ),
        Principle("PX3", "ThreadPool is wrong for", "a single one-off task: Thread with a target", _THREAD),
        Principle("PX4", "ThreadPool is wrong for", "long-running tasks: extend Thread", _THREAD),
        Principle("T1", "Thread is right for", "a single one-off task, by target=", _THREAD),
        Principle(
            "T2",
            "Thread is right for",
            "many similar tasks with different arguments and no result, by target= or by several instances of one"
            " Thread subclass",
            _THREAD,
        ),
        Principle(
            "T3",
            "Thread is right for",
            "complex behaviour over several functions, or much state, by a subclass with instance variables",
            _RUN,
        ),
        Principle(
            "T4",
            "Thread is right for",
            "a long-running task, by a subclass treated as a service of the application",
            _RUN,
        ),
        Principle("TX1", "Thread is wrong for", "many different task types", _THREAD),
        Principle(
            "TX2",
            "Thread is wrong for",
            "getting a result back (possible by extending it, easier with the pool)",
            _THREAD,
        ),
        Principle(
            "TX3",
            "Thread is wrong for",
            "running and managing many tasks at once (that machinery would have to be written)",
            _THREAD,
        ),
        Principle("TX4", "Thread is wrong for", "checking on tasks while they run", _THREAD),
        Principle("S1", "Either way,", "both are real operating-system threads", _THREAD),
        Principle("S2", "Either way,", "both can run an ad hoc function", _THREAD),
        Principle(
            "S3",
            "Either way,",
            "both live under the GIL (where the interpreter has one): good for IO-bound work, not for CPU-bound work",
            _GIL,
        ),
        Principle("D1", "In contrast:", "the pool for heterogeneous work, Thread for homogeneous", _POOL),
        Principle("D2", "In contrast:", "pool threads are reused, a Thread runs once", _THREAD),
        Principle(
            "D3",
            "In contrast:",
            "a pool manages many tasks and hands out results and status, a Thread does neither by itself",
            _ASYNC_RESULT,
        ),
        Principle("A1", "Beyond threads:", "asyncio carries more waiting sockets per core than threads do", _ASYNCIO),
        Principle(
            "A2",
            "Beyond threads:",
            "more work than one machine wants a distributed engine, not a bigger pool",
            _CLUSTER,
        ),
    )
}
"""Every principle by its code. The codes P, PX, T, TX, S and D are those of the product's specification."""


@dataclass(frozen=True)
class Citation:
    """A principle that a rule invokes for the workloads that meet `when`; `because` answers an overruled one."""

    code: str
    when: Conditions
    because: str = ""


def cite(*codes: str, because: str = "", **when: object) -> tuple[Citation, ...]:
    """Cite several principles under the same conditions."""
    return tuple(Citation(code, when, because) for code in codes)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row: a workload that meets `when`, and no row above, gets `design`, because of `decided_by`."""

    number: int
    workload: str
    when: Conditions
    design: Design
    decided_by: tuple[Citation, ...]
    overrules: tuple[Citation, ...] = ()


_SERVICE_ANSWERS = cite("TX2", because="the generated service replies through a Future", results=True) + cite(
    "TX4", because="the generated service has a health snapshot", status=True
)
_SUBCLASS_ANSWERS = cite("TX2", because="the generated subclass keeps its own result", results=True) + cite(
    "TX4", because="the generated subclass keeps its own status", status=True
)
_STATELESS_TASKS = cite("PX1", "PX2", because="keep state out of the tasks, or let a service own it", state=True)

RULES: Final = (
    Rule(
        number=1,
        workload="service",
        when={"shape": Shape.SERVICE},
        design=Design.SERVICE,
        decided_by=cite("T3", "T4", "PX2", "PX4"),
        overrules=_SERVICE_ANSWERS,
    ),
    Rule(
        number=2,
        workload="heterogeneous",
        when={"shape": Shape.HETEROGENEOUS},
        design=Design.JOBS,
        decided_by=cite("P3", "P4", "TX1", "D1"),
        overrules=_STATELESS_TASKS
        + cite("PX4", because="give a long task a worker of its own: size the pool for it", long_running=True),
    ),
    Rule(
        number=3,
        workload="any other, long-running",
        when={"long_running": True},
        design=Design.SERVICE,
        decided_by=cite("T4", "PX4"),
        overrules=_SERVICE_ANSWERS
        + cite(
            "P5",
            "TX3",
            because="the service's bounded inbox queues the tasks, one worker takes them in turn",
            shape=Shape.MANY_SIMILAR,
            volume=Volume.MANY,
        ),
    ),
    Rule(
        number=4,
        workload="one-off with state",
        when={"shape": Shape.ONE_OFF, "state": True},
        design=Design.TASK,
        decided_by=cite("T3", "PX1", "PX2", "PX3"),
        overrules=_SUBCLASS_ANSWERS,
    ),
    Rule(
        number=5,
        workload="one-off with results or status",
        when={"shape": Shape.ONE_OFF, "hands_back": True},
        design=Design.POOL_TASK,
        decided_by=cite("P2") + cite("TX2", results=True) + cite("TX4", "P6", status=True),
        overrules=cite("PX3", because="a pool of one thread hands the result and the status back ready-made"),
    ),
    Rule(
        number=6,
        workload="one-off",
        when={"shape": Shape.ONE_OFF},
        design=Design.TASK,
        decided_by=cite("T1", "PX3"),
    ),
    Rule(
        number=7,
        workload="many-similar with results or status",
        when={"shape": Shape.MANY_SIMILAR, "hands_back": True},
        design=Design.MAP,
        decided_by=cite("TX2", "P7", results=True) + cite("TX4", "P6", status=True) + cite("P5", volume=Volume.MANY),
        overrules=cite("D1", "T2", because="what comes back weighs more than the tasks being alike") + _STATELESS_TASKS,
    ),
    Rule(
        number=8,
        workload="many-similar, many",
        when={"shape": Shape.MANY_SIMILAR, "volume": Volume.MANY},
        design=Design.MAP,
        decided_by=cite("P5", "TX3", "P1"),
        overrules=cite("T2", "D1", because="there are more tasks than threads to start") + _STATELESS_TASKS,
    ),
    Rule(
        number=9,
        workload="many-similar, few",
        when={"shape": Shape.MANY_SIMILAR, "volume": Volume.FEW},
        design=Design.BATCH,
        decided_by=cite("T2", "D1") + cite("T3", state=True),
    ),
)
"""The decision table: the first row that a workload meets decides."""

_SEVERAL = (Shape.MANY_SIMILAR, Shape.HETEROGENEOUS, Shape.SERVICE)
_COMPUTING = (Bound.CPU, Bound.MIXED)
_BESIDE_THE_GIL = (
    ", or C code that releases the GIL (hashlib, zlib, numpy, sqlite3, file and socket calls): --releases-gil. On a"
    " free-threaded build (official since 3.14; 3.13t was an experiment) threads do speed up Python code, 1.84 times on"
    " two cores: check sys._is_gil_enabled(), since an extension may switch the GIL on, and lock what is shared"
)

CAUTIONS: Final = (
    *cite(
        "S3",
        because="with a GIL processes do it, --workers-kind process, the default for this" + _BESIDE_THE_GIL,
        design=Design.MAP,
        bound=Bound.CPU,
    ),
    *cite(
        "S3",
        because="with a GIL take --workers-kind process if computing is most of it" + _BESIDE_THE_GIL,
        design=Design.MAP,
        bound=Bound.MIXED,
    ),
    *cite(
        "S3",
        because="with a GIL take --design threadpool/map --workers-kind process" + _BESIDE_THE_GIL,
        design=Design.BATCH,
        bound=_COMPUTING,
    ),
    *cite(
        "S3",
        because="with a GIL take processes, such as multiprocessing.Pool with ThreadPool's methods" + _BESIDE_THE_GIL,
        design=tuple(design for design in Design if design not in (Design.MAP, Design.BATCH)),
        bound=_COMPUTING,
    ),
    *cite("S1", because="what it waits for does not hold up the program", shape=Shape.ONE_OFF),
    *cite("S2", because="your work function stays the same, should you choose anew later", shape=Shape.ONE_OFF),
    *cite(
        "A1",
        because="look there for many thousand at once, above about 1,000 threads",
        bound=(Bound.IO, Bound.MIXED),
        shape=_SEVERAL,
    ),
    *cite("A2", because="--scale cluster gives the same functions on Dask", design=Design.MAP),
    *cite("A2", because="such as Dask, Ray or Celery", design=Design.JOBS),
    *cite(
        "D2",
        because="make a new instance for every run",
        design=(Design.TASK, Design.BATCH),
    ),
    *cite(
        "D2",
        because="what one task leaves in a threading.local, the next task on that thread finds",
        design=(Design.MAP, Design.JOBS),
    ),
    *cite("D3", because="what the threads here hand out is code of yours to keep", family="thread", hands_back=True),
)
"""What to know about a recommendation: shown with every workload and design that meet the conditions.

Figures: a thousand threads that each wait 50 ms finish ten rounds in 0.58 s, 5,000 in 60 s, asyncio's 5,000 in 2.1 s
(measured on two cores; the ideal is 0.5 s). Two threads of Python code on a free-threaded 3.14: 1.84 times one.
"""
