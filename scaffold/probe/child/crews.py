"""Crews: workers of one kind, kept from level to level, so that what each sets up in its first call stays."""

from __future__ import annotations

import json
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from .clocks import children_cpu
from .level import Interval, Level, summed
from .supply import Supply
from .target import described, find, read_items
from .work import Arguments, Mark, Order, Tally, Watch, work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .level import Kind
    from .target import Function

_LEAD = 0.005  # seconds in which all workers hear of an order
_IMPORT_SECONDS = 30  # for a worker process to start and to import the function


class Hung(Exception):
    """A call did not return in time."""


class NoProcesses(Exception):
    """Worker processes cannot run the function: why, in a clause."""


class Crew(Protocol):
    """Workers of one kind."""

    @property
    def kind(self) -> Kind:
        """What they are."""

    def run(self, count: int, order: Order, calls: int, *, warm: bool = True) -> Level | None:
        """A level of so many workers and at most so many calls; None where there were none left for all of them.

        Workers that are new make a call first that does not count, if `warm`.

        Raises:
            Hung: A call did not return in time.
            NoProcesses: A worker process cannot do it.
        """


class Threads:
    """Threads of this process."""

    kind: Kind = "thread"

    def __init__(self, function: Function, supply: Supply, call_timeout: float) -> None:
        """For calls that take at most `call_timeout` seconds."""
        self._function, self._supply, self._patience = function, supply, call_timeout
        self._boxes: list[queue.SimpleQueue[tuple[Order, Arguments, Watch]]] = []
        self._done: queue.SimpleQueue[Tally] = queue.SimpleQueue()

    def run(self, count: int, order: Order, calls: int, *, warm: bool = True) -> Level | None:
        """As the protocol says."""
        known = len(self._boxes)
        while len(self._boxes) < count:
            self._add()
        if warm and known < count:
            self._together(range(known, count), Order(time.perf_counter(), 0.0), count)
        cpu, children = time.process_time(), children_cpu()
        order = order._replace(begin=time.perf_counter() + (_LEAD if count > 1 else 0.0))
        tallies, stopped = self._together(range(count), order, calls)
        interval = Interval(order.begin, order.span, time.process_time() - cpu, children_cpu() - children)
        if not any(tally.marks for tally in tallies) or not (stopped or all(tally.marks for tally in tallies)):
            return None
        return summed(self.kind, count, [tally for tally in tallies if tally.marks], interval)

    def _add(self) -> None:
        box: queue.SimpleQueue[tuple[Order, Arguments, Watch]] = queue.SimpleQueue()
        self._boxes.append(box)
        threading.Thread(target=self._serve, args=(box,), daemon=True).start()

    def _serve(self, box: queue.SimpleQueue[tuple[Order, Arguments, Watch]]) -> None:
        while True:
            order, arguments, watch = box.get()
            self._done.put(work(self._function, arguments, order, watch))

    def _together(self, which: range, order: Order, calls: int) -> tuple[list[Tally], bool]:
        """Let these work; their tallies, and whether too many calls failed."""
        watch, ration = Watch(order.most_failing), _Ration(self._supply, calls)
        for number in which:
            self._boxes[number].put((order, ration, watch))
        ends = time.perf_counter() + order.span + self._patience
        try:
            tallies = [self._done.get(timeout=max(0.0, ends - time.perf_counter())) for _ in which]
        except queue.Empty:
            raise Hung from None
        return tallies, not watch.goes_on()


class _Ration:
    """A part of what a supply has left, for one level."""

    def __init__(self, supply: Supply, calls: int) -> None:
        self._supply, self._left, self._lock = supply, calls, threading.Lock()

    def take(self, count: int) -> Sequence[tuple[Any, ...]]:
        """As that of a supply."""
        with self._lock:
            got = min(count, self._left)
            self._left -= got
        return self._supply.take(got)


class Processes:
    """Processes that import the function for themselves; each is this program again, told to be a worker."""

    kind: Kind = "process"

    def __init__(self, request: Mapping[str, Any], supply: Supply) -> None:
        """For the function and the items of the request."""
        self._request, self._supply, self._workers = request, supply, list[_Process]()

    def run(self, count: int, order: Order, calls: int, *, warm: bool = True) -> Level | None:
        """As the protocol says."""
        known = len(self._workers)
        while len(self._workers) < count:
            self._workers.append(_Process(self._request))
        if warm and known < count and self._together(range(known, count), Order(time.perf_counter(), 0.0), 1) is None:
            return None
        order = order._replace(begin=time.perf_counter() + _LEAD)
        tallies = self._together(range(count), order, max(1, calls // count))
        return None if tallies is None else summed(self.kind, count, tallies, Interval(order.begin, order.span, 0, 0))

    def _together(self, which: range, order: Order, calls: int) -> list[Tally] | None:
        """Let these work, each for so many calls; None where no more are left."""
        rations = [self._supply.reserve(calls) for _ in which]
        if not all(got for _, got in rations):
            return None
        for number, ration in zip(which, rations, strict=True):
            self._workers[number].tell(order, ration)
        ends = time.perf_counter() + order.span + float(self._request["call_timeout"]) + _IMPORT_SECONDS
        return [self._workers[number].tally(max(0.0, ends - time.perf_counter())) for number in which]


class _Process:
    """One worker process, at the far end of its pipes."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        command = [sys.executable, os.path.join(os.path.dirname(__file__), "__main__.py")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=request["cwd"])
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        self._send({**request, "role": "worker"})

    def tell(self, order: Order, ration: tuple[int, int]) -> None:
        """Let it work."""
        self._send({"order": order, "ration": ration})

    def tally(self, seconds: float) -> Tally:
        """What it did."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise Hung from None
        if not line:
            raise NoProcesses("a worker process ended before it answered")
        answer = json.loads(line)
        if "refused" in answer:
            raise NoProcesses(answer["refused"])
        return Tally([Mark(*mark) for mark in answer["marks"]], answer["cpu"], answer["queue"], answer["error"])

    def _send(self, line: Mapping[str, object]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(line).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:  # it has ended: the empty line that its pipe gives says so
            return

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")


class Worker:
    """What a worker process does: calls whose arguments and results are pickled, as a pool would."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        """Import the function, and read the items."""
        self._function = find(request["target"])
        self._items, self._repeat = read_items(request["items"]), request["repeat"]
        self._refused = ""

    def work(self, line: Mapping[str, Any]) -> dict[str, object]:
        """Carry out an order; the tally."""
        first, calls = line["ration"]
        order = Order(*line["order"])
        supply = Supply(self._items, repeat=self._repeat, most=calls, first=first)
        tally = work(self._call, supply, order, Watch(order.most_failing))
        return {"refused": self._refused} if self._refused else tally._asdict()

    def _call(self, *arguments: object) -> None:
        try:
            arguments = pickled(arguments, "its items")
            result = self._function(*arguments)
            pickled(result, "its results")
        except NoProcesses as error:
            self._refused = str(error)
            raise


def pickled(value: Any, what: str) -> Any:  # noqa: ANN401  # as pickle's own
    """The value as it would arrive in another process.

    Raises:
        NoProcesses: It would not; the message says so of `what`.
    """
    try:
        return pickle.loads(pickle.dumps(value))  # noqa: S301  # dumped here
    except Exception as error:
        raise NoProcesses(f"{what} cannot be pickled ({described(error)})") from error
