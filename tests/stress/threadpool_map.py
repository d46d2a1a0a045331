"""Stress threadpool/map: every item once, the window, the order, the errors, leaving at any point."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from contextlib import closing, suppress
from importlib import import_module
from itertools import count, islice
from typing import TYPE_CHECKING, Any

from schedules import ERRORS, Boom, Events, Moment, in_child, interrupt, interrupt_in_start, main, nudge, say, settled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

design: Any = import_module("demo.threadpool_map")
LEAVING: dict[str, type[BaseException] | None] = {
    "break": None,
    "consumer fails": ValueError,
    "consumer interrupted": KeyboardInterrupt,
    "exit": SystemExit,
}
INPUT_FAILS = {"input fails": OSError, "input interrupted": KeyboardInterrupt, "input booms": Boom}
ENDS = (
    "all",
    *LEAVING,
    *INPUT_FAILS,
    "overtaken",
    "dropped",
    "closed in another thread",
    "closed in a worker",
    "map_all",
    "for_each",
    "times out",
)


class Schedule:
    """The drawn plan, and what happened."""

    def __init__(self, rng: Random) -> None:
        self.end = rng.choice(ENDS)
        self.workers = rng.randint(1, 5)
        self.chunk = rng.choice((1, 1, 2, rng.randint(3, 8)))
        self.window = rng.choice((None, rng.randint(1, 30)))
        self.ordered = rng.random() < 0.5
        self.size = rng.choice((0, 1, self.chunk, rng.randrange(40), rng.randrange(150)))
        self.cut = min(self.chunk, self.window or self.chunk) * rng.randrange(4)  # where it is left, or the input fails
        self.endless = rng.random() < 0.3 and self.end in {*LEAVING, *INPUT_FAILS, "dropped", "times out"}
        share = rng.choice((0.0, 0.0, 0.1, 1.0))
        self.errors = {item: rng.choice(ERRORS)(item) for item in range(150) if rng.random() < share}
        self.nudges = [rng.choice((0, 0, 0, 1, 3)) for _ in range(150)]
        self.nested = rng.random() < 0.1
        self.not_yet = {rng.randrange(40)} if rng.random() < 0.1 else set()  # items that are not there at once
        if self.chunk > 1 and self.end not in {"all", "map_all", "for_each"}:
            self.not_yet = set()  # it ends a chunk, and no chunk may lie across the cut
        self.timeout = rng.choice((None, 1000.0))
        self.while_interrupted = rng.random() < 0.3  # and left while an earlier Ctrl-C is handled
        self.input_error = INPUT_FAILS.get(self.end, OSError)()
        self.blocking = False  # at the cut, until the gate is open
        self.gate, self.entered = threading.Event(), threading.Event()
        if self.end == "overtaken":  # the first item ends after some other
            self.ordered, self.chunk, self.window, self.workers = False, 1, None, 1 + self.workers
            self.size += 2
        if self.end == "times out":
            self.timeout = rng.choice((0.0, 0.001, 0.01))
            self.blocking = rng.random() < 0.5
        self.to_close: list[Any] = []
        self.read = 0
        self.called: list[int] = []
        self.handed: list[Any] = []

    def work(self, item: int) -> tuple[int]:
        self.called.append(item)
        nudge(self.nudges[item % 150])
        if self.blocking and item >= self.cut:
            self.entered.set()
            self.gate.wait()
            with suppress(IndexError):
                self.to_close.pop().close()
        if self.end == "overtaken" and item == 0:
            self.gate.wait()
        if self.nested and item < 3:
            assert design.map_all(abs, range(item), workers=2) == list(range(item))
        if item in self.errors:
            raise self.errors[item]
        return (item,)

    def items(self) -> Iterator[int]:
        for item in count() if self.endless else range(self.size):
            if self.end in INPUT_FAILS and item == self.cut:
                raise self.input_error
            if item in self.not_yet:
                yield design.NOT_YET
            self.read += 1
            yield item
            window = self.window or 8 * self.workers * self.chunk
            assert self.end in {"map_all", "for_each"} or self.read - len(self.handed) <= window

    def stream(self) -> Any:
        return design.stream(
            self.work,
            self.items(),
            workers=self.workers,
            chunk=self.chunk,
            window=self.window,
            ordered=self.ordered,
            timeout=self.timeout,
        )

    def take(self, outcomes: Iterator[Any]) -> None:
        for outcome in outcomes:
            self.handed.append(outcome)
            if self.end == "overtaken":
                self.gate.set()

    def check(self, *, complete: bool) -> None:
        items = [outcome.item for outcome in self.handed]
        assert max(Counter(items).values(), default=1) == 1, "handed out twice"
        assert max(Counter(self.called).values(), default=1) == 1, "called twice"
        assert set(items) <= set(self.called) <= set(range(self.read)), "out of thin air"
        assert not complete or sorted(items) == list(range(self.read)), "lost"
        assert not self.ordered or items == list(range(len(items))), "not in order"
        for outcome in self.handed:
            if outcome.item in self.errors:
                assert outcome.error is self.errors[outcome.item]
            else:
                assert outcome.value == (outcome.item,)


def schedule(rng: Random, events: Events) -> None:
    """Draw one, run it, judge it."""
    plan, before = Schedule(rng), set(threading.enumerate())
    events[plan.end] += 1
    events["failing items"] += bool(plan.errors)
    events["nested"] += plan.nested
    events["input not yet there"] += bool(plan.not_yet)
    if plan.end in {"all", "overtaken"}:
        with closing(plan.stream()) as outcomes:
            plan.take(outcomes)
        assert plan.read == plan.size
        plan.check(complete=True)
    elif plan.end in LEAVING:
        leave_as_drawn(plan, events, before)
    elif plan.end in INPUT_FAILS:
        fail_in_input(plan, events)
        plan.check(complete=plan.end == "input fails")
    elif plan.end in {"dropped", "closed in another thread", "closed in a worker"}:
        plan.blocking = plan.end == "closed in a worker"
        outcomes = plan.stream()
        plan.take(islice(outcomes, plan.cut))
        if plan.blocking and plan.read > plan.cut:
            plan.entered.wait()
            plan.to_close.append(outcomes)
            events["closed by a call of its own"] += 1
        plan.gate.set()
        if plan.end == "closed in another thread":
            closer = threading.Thread(target=outcomes.close)
            closer.start()
            closer.join()
        del outcomes
        plan.check(complete=False)
    elif plan.end == "map_all":
        gather(plan)
    elif plan.end == "times out":
        time_out(plan, events)
    else:
        report = design.for_each(plan.work, plan.items(), workers=plan.workers, chunk=plan.chunk, keep=3)
        failed = [item for item in range(plan.size) if item in plan.errors]
        assert (report.succeeded, report.failed) == (plan.size - len(failed), len(failed))
        assert len(report.first_failures) == min(3, len(failed))
        assert sorted(plan.called) == list(range(plan.size))
    promptly = {
        "consumer interrupted",
        "exit",
        "input interrupted",
        "closed in another thread",
        "closed in a worker",
        "map_all",
        "times out",
    }
    settled(before, at_once=plan.end not in promptly)


def leave_as_drawn(plan: Schedule, events: Events, before: set[threading.Thread]) -> None:
    """Plainly, or while an earlier Ctrl-C is handled, which makes no difference."""
    if not plan.while_interrupted:
        leave(plan, events, before)
        return
    events["left while an earlier Ctrl-C is handled"] += 1
    try:
        raise KeyboardInterrupt  # noqa: TRY301
    except KeyboardInterrupt:
        leave(plan, events, before)


def leave(plan: Schedule, events: Events, before: set[threading.Thread]) -> None:
    """Leave with calls that are running: waiting for them, except on the way out of the program."""
    error = LEAVING[plan.end]
    plan.blocking = True
    with suppress(*[error] if error else []), closing(plan.stream()) as outcomes:
        plan.take(islice(outcomes, plan.cut))
        if plan.read > plan.cut:
            plan.entered.wait()
            events["left while running"] += 1
        if error in {None, ValueError}:
            plan.gate.set()
        if error:
            raise error
    plan.gate.set()
    settled(before, at_once=error in {None, ValueError})
    assert len(plan.handed) == plan.cut or not plan.endless
    events["left, and the rest was dropped"] += len(plan.called) < plan.read
    plan.check(complete=False)


def fail_in_input(plan: Schedule, events: Events) -> None:
    """An Exception comes after what was read; one that ends the program comes at once."""
    plan.blocking = plan.end == "input interrupted"
    plan.cut = 0 if plan.blocking else plan.cut
    try:
        plan.take(plan.stream())
    except type(plan.input_error) as error:
        assert error is plan.input_error
        assert plan.read == plan.cut
        events["error of the input surfaced"] += 1
    else:
        assert plan.read == plan.size <= plan.cut
    plan.gate.set()


def time_out(plan: Schedule, events: Events) -> None:
    """Calls that run are not waited for."""
    try:
        plan.take(plan.stream())
    except TimeoutError:
        events["timed out"] += 1
        plan.check(complete=False)
    else:
        assert plan.read == plan.size
        plan.check(complete=True)
    plan.gate.set()


def gather(plan: Schedule) -> None:
    """All results, or the first error."""
    try:
        results = design.map_all(plan.work, plan.items(), workers=plan.workers, chunk=plan.chunk, timeout=plan.timeout)
    except BaseException as error:  # noqa: BLE001
        assert error is plan.errors.get(error.args[0])
        assert plan.read <= plan.size
    else:
        assert not {item for item in plan.errors if item < plan.size}
        assert results == [(item,) for item in range(plan.size)]
    plan.check(complete=False)


def interrupted(phase: str, number: int) -> None:  # noqa: C901 - a line a phase
    """Ctrl-C at the n-th event of a phase; nothing that runs ever ends, so to wait would be seen."""
    begun, left, calls = threading.Event(), threading.Event(), count(1)

    def work(item: int) -> int:
        nth = next(calls)
        if phase == "work" and nth == number:
            interrupt()
        if phase == "leaving" and nth == number:
            begun.set()
            left.wait()
            interrupt()
        if left.is_set() if phase == "leaving" else nth >= number:
            threading.Event().wait()
        return item

    def items() -> Iterator[int]:
        for item in count():
            if phase == "input" and item == number:
                interrupt()
            yield item

    if phase == "start":
        interrupt_in_start(number)
    try:
        with closing(design.stream(work, items(), workers=max(2, number))) as outcomes:
            for nth, _ in enumerate(outcomes, 1):
                if phase == "body" and nth == number - 1:
                    interrupt()
                if begun.is_set():
                    left.set()
                    break
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(130)


def exit_while_busy(number: int) -> None:
    """The program ends, and nobody closes the stream."""
    global kept  # noqa: PLW0603
    kept = design.stream(lambda item: item if item < number else threading.Event().wait(), count(), workers=3)
    for outcome in islice(kept, number):
        say(outcome.value)


def fork_afterwards(number: int) -> None:
    """Both sides go on."""
    squares = [item * item for item in range(number)]
    assert design.map_all(lambda item: item * item, range(number)) == squares
    in_child(lambda: say(design.map_all(lambda item: item * item, range(number)) == squares))
    say(design.map_all(lambda item: item * item, range(number)) == squares)


def moment_of(phase: str) -> Moment:
    """Ctrl-C in a phase."""
    return Moment(lambda number: interrupted(phase, number + 1), 130, lambda _: ["interrupted"])


PHASES = ("start", "input", "work", "body", "leaving")
kept: Any = None

if __name__ == "__main__":
    main(
        schedule,
        {f"Ctrl-C in {phase}": moment_of(phase) for phase in PHASES}
        | {
            "exit while busy": Moment(exit_while_busy, 0, range),
            "fork afterwards": Moment(fork_afterwards, 0, lambda _: [True, True, "child ended with 0"]),
        },
    )
