"""The nouns of the advice: a workload on its axes, and the designs to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Shape(str, Enum):
    """What the work looks like: the first axis, and the one that decides most."""

    ONE_OFF = "one-off"
    MANY_SIMILAR = "many-similar"
    HETEROGENEOUS = "heterogeneous"
    SERVICE = "service"


class Volume(str, Enum):
    """How many tasks: `MANY` are queued up, more than you would start threads for."""

    FEW = "few"
    MANY = "many"


class Bound(str, Enum):
    """What a task spends its time on. It never changes the design, only the cautions."""

    IO = "io"
    CPU = "cpu"
    MIXED = "mixed"


class Family(str, Enum):
    """The two ways to run threads that the rules choose between."""

    THREADPOOL = "threadpool"
    THREAD = "thread"

    @property
    def api(self) -> str:
        """The class of the standard library that is meant."""
        return {"threadpool": "multiprocessing.pool.ThreadPool", "thread": "threading.Thread"}[self.value]


class Design(str, Enum):
    """What can be generated: one folder each under templates/designs/."""

    MAP = "threadpool/map"
    JOBS = "threadpool/jobs"
    POOL_TASK = "threadpool/task"
    TASK = "thread/task"
    BATCH = "thread/batch"
    SERVICE = "thread/service"

    @property
    def family(self) -> Family:
        """ThreadPool or Thread."""
        return Family(self.value.partition("/")[0])

    @property
    def summary(self) -> str:
        """What the generated code does, in one line."""
        return _SUMMARIES[self]


_SUMMARIES = {
    Design.MAP: "one function over many items: lazy input, bounded memory, errors as values",
    Design.JOBS: "different functions at different times, each watched through a handle",
    Design.POOL_TASK: "one call in the background, with its result and its status",
    Design.TASK: "one thread for one task, by target or, where there is state, as a subclass",
    Design.BATCH: "several instances of one Thread subclass, started, limited and joined together",
    Design.SERVICE: "a long-running thread with an inbox, a period or both, and an orderly stop",
}


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A task on the seven axes of the rules. The axes that a shape does not ask for keep their default."""

    shape: Shape
    results: bool = False
    status: bool = False
    state: bool = False
    long_running: bool = False
    volume: Volume = Volume.FEW
    bound: Bound = Bound.IO

    @property
    def hands_back(self) -> bool:
        """Whether the caller gets something from a task: a result, or its status."""
        return self.results or self.status
