"""Stress thread/batch: every thread once, a limit at once, all errors in order, the deadline, Ctrl-C."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from schedules import ERRORS, Events, Log, Moment, in_child, interrupt, interrupt_in_start, main, nudge, say, settled

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

designs: dict[str, Any] = {"own group": import_module("own_group.thread_batch")}
if sys.version_info >= (3, 11):
    designs["ExceptionGroup"] = import_module("exception_group.thread_batch")
    GROUPS = {"own group": designs["own group"].BatchError, "ExceptionGroup": ExceptionGroup}  # noqa: F821
else:
    GROUPS = {"own group": designs["own group"].BatchError}
log = Log()
ENDS = ("all", "all", "refused", "deadline", "interrupted", "twice")


class Schedule:
    """The drawn plan, and what happened."""

    def __init__(self, rng: Random) -> None:
        self.group = rng.choice([*designs])
        self.end = rng.choice(ENDS)
        self.at_once = rng.randint(1, 5)
        self.size = rng.choice((0, 1, 3, rng.randrange(12)))
        share = rng.choice((0.0, 0.3, 1.0))
        self.errors = [rng.choice(ERRORS)() if rng.random() < share else None for _ in range(self.size)]
        self.nudges = [rng.choice((0, 1, 5)) for _ in range(self.size)]
        self.cut = rng.randrange(self.size) if self.size else 0
        self.nested = rng.random() < 0.1
        self.daemon = rng.random() < 0.2
        self.lock = threading.Lock()
        self.gate = threading.Event()
        self.now = self.most = 0
        self.calls = [0] * self.size
        self.threads: list[Any] = []

    def work(self, number: int) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.calls[number] += 1
        nudge(self.nudges[number])
        if self.nested and number == 0:
            self.run_batch([make(self, [].append, 1)])
        if self.end in {"deadline", "interrupted"} and number >= self.cut:
            if self.end == "interrupted" and number == self.cut:
                interrupt()
            self.gate.wait()
        with self.lock:
            self.now -= 1
        if error := self.errors[number]:
            raise error

    def run_batch(self, threads: Iterable[Any], **options: Any) -> None:
        designs[self.group].run_batch(threads, **options)


def make(plan: Schedule, work: Any, number: int) -> Any:
    """A thread of a batch."""

    class Spy(designs[plan.group].BatchThread):  # type: ignore[misc]
        """Calls the plan."""

        def work(self) -> None:
            work(number)

        def start(self) -> None:
            if plan.end == "refused" and number == plan.cut and work == plan.work:
                raise RuntimeError("can't start new thread")
            super().start()

    return Spy(name=str(number), daemon=plan.daemon)


def schedule(rng: Random, events: Events) -> None:
    """Draw one, run it, judge it."""
    plan, before = Schedule(rng), set(threading.enumerate())
    events[plan.end] += 1
    events[plan.group] += 1
    events["nested"] += plan.nested
    plan.threads = [make(plan, plan.work, number) for number in range(plan.size)]
    if plan.end == "twice":
        for wrong in ([*plan.threads, *plan.threads[:1]], plan.threads):
            if plan.size and wrong is not plan.threads:
                with suppress(ValueError):
                    plan.run_batch(wrong)
                    raise AssertionError("took a thread twice")
    timeout = rng.choice((0, 0.001)) if plan.end == "deadline" else rng.choice((None, 3600))
    raised: BaseException | None = None
    try:
        plan.run_batch(iter(plan.threads), workers=plan.at_once, timeout=timeout)
    except GROUPS[plan.group] as group:
        raised = group
    except KeyboardInterrupt as interruption:
        raised = interruption
    running = [thread for thread in plan.threads if thread.stopping.is_set()]
    started = [thread for thread in plan.threads if thread.ident is not None]
    plan.gate.set()
    if plan.end == "twice" and plan.size:
        with suppress(ValueError):
            plan.run_batch(plan.threads)
            raise AssertionError("took a thread again")
    settled(before, at_once=False)
    # A Ctrl-C inside start() leaves a thread that may begin a little later: it is among those asked to stop.
    later = [thread for thread in plan.threads if thread.ident is not None and thread not in started]
    assert set(later) <= set(running), "started after the end"
    judge(plan, raised, running, events)


def judge(plan: Schedule, raised: Any, running: list[Any], events: Events) -> None:
    """All errors, in order, and nothing twice."""
    assert plan.most <= plan.at_once, "too many at once"
    logged = log.take()
    events["error logged"] += bool(logged)
    causes = [id(error.__cause__) for error in getattr(raised, "exceptions", ())]
    for thread, error, called in zip(plan.threads, plan.errors, plan.calls, strict=True):
        told = causes.count(id(error)) + logged.pop(id(error), 0)
        left = thread in running or isinstance(raised, KeyboardInterrupt)
        assert not (error and called) or told == 1 or (left and told == 2), "an error was lost, or told twice"
    assert not logged, "logged what is none"
    assert plan.calls == [thread.ident is not None for thread in plan.threads], "not called once"
    events["errors collected"] += bool(raised)
    events["still running"] += bool(running)
    events["not started"] += 0 in plan.calls
    if plan.end == "interrupted" and plan.size:
        assert isinstance(raised, KeyboardInterrupt), "Ctrl-C was lost"
        assert plan.threads[plan.cut] in running, "not asked to stop"
        return
    found = {} if raised is None else {error.thread: error for error in raised.exceptions}
    expected = []
    for thread, planned, called in zip(plan.threads, plan.errors, plan.calls, strict=True):
        if not called or thread in running or planned:
            expected.append(thread)
        cause = found[thread].__cause__ if thread in found else None
        if thread in running or not called:
            reason = (
                "still running"
                if called
                else "RuntimeError: can't"
                if isinstance(cause, RuntimeError)
                else "not started"
            )
            assert thread.ident is None or plan.end == "deadline"
            assert reason in str(found[thread]) or cause is planned is not None  # it failed at the very deadline
        else:
            assert cause is planned, "not its error"
    assert [*found] == expected, "not all errors, in order"
    assert len(found) == (len(raised.exceptions) if raised else 0)
    if plan.end != "deadline":
        assert not running
        assert plan.calls.count(0) == (plan.size - plan.cut if plan.end == "refused" else 0)


def batch(number: int, work: Any) -> list[Any]:
    """Threads of a batch, out of a schedule."""

    class Simple(designs["own group"].BatchThread):  # type: ignore[misc]
        """Calls what it is given."""

        def __init__(self, nth: int) -> None:
            super().__init__()
            self.nth = nth

        def work(self) -> None:
            work(self)

    return [Simple(nth) for nth in range(number)]


def interrupted(phase: str, number: int) -> None:
    """Ctrl-C in the n-th thread or the start of it: those that run are asked, no other is started."""

    def work(thread: Any) -> None:
        if phase == "work" and thread.nth == number:
            interrupt()
        if thread.nth >= number - 1:
            thread.stopping.wait()
            say("stopped")

    if phase == "start":
        interrupt_in_start(number + 1)
    try:
        designs["own group"].run_batch(batch(number + 5, work), workers=2)
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(130)


def exit_while_running(number: int) -> None:
    """After the deadline the program ends, and its exit waits for those that run."""
    ending = threading.Event()
    try:
        designs["own group"].run_batch(
            batch(1 + number % 20, lambda thread: (ending.wait(), say(thread.nth))), timeout=1.5
        )
    finally:
        ending.set()


def fork_afterwards(number: int) -> None:
    """Both sides go on."""
    threads = set(threading.enumerate())

    def use() -> None:
        designs["own group"].run_batch(batch(number, lambda thread: say(thread.nth)), workers=2)
        settled(threads, at_once=False)

    use()
    in_child(use)
    use()


if __name__ == "__main__":
    main(
        schedule,
        {
            "Ctrl-C in start": Moment(partial(interrupted, "start"), 130, lambda _: ["interrupted", "stopped"]),
            "Ctrl-C in wait": Moment(
                partial(interrupted, "work"), 130, lambda _: ["interrupted", "stopped", "stopped"]
            ),
            "exit while running": Moment(exit_while_running, 1, lambda number: range(1 + number % 20)),
            "fork afterwards": Moment(fork_afterwards, 0, lambda number: [*range(number)] * 3 + ["child ended with 0"]),
        },
    )
