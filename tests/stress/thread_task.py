"""Stress thread/task, by target and as a subclass: each task once, its error kept or logged, waits at any time."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from schedules import ERRORS, Events, Log, Moment, in_child, interrupt, interrupt_in_start, main, nudge, say, settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

by_target: Any = import_module("by_target.thread_task")
by_subclass: Any = import_module("by_subclass.thread_task")
log = Log()


class Subclass(by_subclass.Task):  # type: ignore[misc]
    """A function as a subclass, with state."""

    def __init__(self, func: Callable[[], object], **options: Any) -> None:
        super().__init__(**options)
        self.func = func
        self.calls = 0

    def work(self) -> object:
        self.calls += 1
        return self.func()


def new_task(func: Callable[..., object], *, subclass: bool, daemon: bool = False) -> tuple[Any, threading.Thread]:
    """Either kind, and its thread."""
    if subclass:
        task = Subclass(func, daemon=daemon)
        return task, task
    task = by_target.Task(func)
    task.thread.daemon = daemon
    return task, task.thread


class Call:
    """One call and its task."""

    def __init__(self, rng: Random, events: Events) -> None:
        self.error = rng.choice(ERRORS)() if rng.random() < 0.4 else None
        self.nudges = rng.choice((0, 0, 1, 5))
        self.nested = rng.random() < 0.1
        self.blocking = rng.random() < 0.4
        self.waiters = rng.choice((0, 0, 1, 3))
        self.gate = threading.Event()
        self.subclass = rng.random() < 0.5
        self.by_daemon = rng.random() < 0.2
        self.fate = rng.choice(("asked", "asked", "waited beside", "dropped while it runs", "logged at once"))
        self.calls = 0
        self.outcomes: list[object] = []
        events["subclass" if self.subclass else "target"] += 1
        events["failing"] += self.error is not None
        events["nested"] += self.nested
        events["waited for by several"] += self.waiters > 1
        events["unfinished when asked"] += self.blocking
        events["started by a daemon"] += self.by_daemon
        events[self.fate] += 1
        events["error logged as nobody asked"] += self.is_unasked()

    def run(self) -> object:
        self.calls += 1
        nudge(self.nudges)
        if self.blocking:
            self.gate.wait()
        if self.nested:
            task, _ = new_task(lambda: 3, subclass=not self.subclass)
            task.start()
            assert task.result() == 3
        if self.error:
            raise self.error
        return self

    def begin(self) -> None:
        """In a thread that may be a daemon."""
        self.task: Any = Subclass(self.run) if self.subclass else by_target.Task(self.run)
        self.thread = self.task if self.subclass else self.task.thread
        for ask in (self.task.wait, self.task.result):
            with suppress(RuntimeError):
                ask()
                raise AssertionError("waited for what has not started")
        self.task.log_error = self.fate == "logged at once"
        self.task.start()
        with suppress(RuntimeError):
            self.task.start()
            raise AssertionError("started twice")
        assert not self.thread.daemon
        if self.fate == "dropped while it runs":
            del self.task, self.thread

    def is_unasked(self) -> bool:
        return self.error is not None and self.fate in {"waited beside", "dropped while it runs"}

    def collect(self) -> None:
        try:
            self.outcomes.append(self.task.result())
        except BaseException as error:  # noqa: BLE001
            self.outcomes.append(error)

    def end(self) -> None:
        if self.fate == "dropped while it runs":
            self.gate.set()
            return
        if self.blocking:
            assert not self.task.wait(0)
            with suppress(TimeoutError):
                self.task.result(0)
                raise AssertionError("a timeout was not raised")
            assert self.task.error is None
            self.gate.set()
        if self.fate == "waited beside":
            assert self.task.wait()
            assert self.task.error is self.error
            assert not log.errors or self.error not in log.errors
            del self.task, self.thread
            return
        waiters = [threading.Thread(target=self.collect) for _ in range(self.waiters)]
        for waiter in waiters:
            waiter.start()
        for waiter in waiters:
            waiter.join()
        assert self.task.wait()
        assert self.task.error is self.error
        assert self.task.exception() is self.error
        assert self.outcomes == [self.error or self] * self.waiters
        assert not self.subclass or self.task.calls == 1


def schedule(rng: Random, events: Events) -> None:
    """Draw some tasks at a time, run them, judge."""
    before = set(threading.enumerate())
    calls = [Call(rng, events) for _ in range(rng.choice((1, 1, 2, 6)))]
    for call in calls:
        if call.by_daemon:
            starter = threading.Thread(target=call.begin, daemon=True)
            starter.start()
            starter.join()
        else:
            call.begin()
    for call in rng.sample(calls, len(calls)):
        call.end()
    settled(before, at_once=False)
    assert all(call.calls == 1 for call in calls), "not called once"
    due = {id(call.error): 1 for call in calls if call.error and (call.fate == "logged at once" or call.is_unasked())}
    for call in calls:
        if call.subclass and call.is_unasked():
            call.error = None  # its traceback holds the task
            gc.collect()
    logged = log.take_from_threads(len(due))
    settled(before, at_once=False)  # the thread that logs
    assert logged + log.take() == due, "an error was lost, or logged twice, or though asked for"


def interrupted(phase: str, number: int) -> None:
    """Ctrl-C while starting or waiting; then the task is asked to end, and still waited for."""
    stop = threading.Event()

    def work() -> None:
        if phase != "start":
            interrupt()
        stop.wait()
        nudge(number)
        say("ended in order")

    if phase == "start":
        interrupt_in_start(1)
    task, _ = new_task(work, subclass=number % 2 == 0)
    try:
        task.start()
        if phase == "result":
            task.result()
        while not task.wait(timeout=1 if phase == "wait" else None):
            pass
    except KeyboardInterrupt:
        stop.set()
        say("interrupted")
        sys.exit(130)


def exit_while_running(number: int, code: int = 0) -> None:
    """The program ends: it waits for tasks, and not for those that were made daemons."""
    ending = threading.Event()
    for nth in range(number):
        new_task(lambda nth=nth: (ending.wait(), nudge(9), say(nth)), subclass=nth % 2 == 0)[0].start()
        new_task(threading.Event().wait, subclass=nth % 2 == 0, daemon=True)[0].start()
    ending.set()
    if code:
        sys.exit(code)


def exit_without_asking(number: int) -> None:
    """Every second error is asked for; the others are logged at the end, whatever ran meanwhile."""

    class Say(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(record.exc_info and record.exc_info[1])

    def fail(nth: int) -> None:
        nudge(9)
        raise ERRORS[nth % len(ERRORS)](nth)

    logging.getLogger().addHandler(Say())
    for nth in range(2 * number):
        task, _ = new_task(partial(fail, nth), subclass=nth % 4 < 2)
        task.start()
        if nth % 2:
            task.exception()


def fork_afterwards(number: int) -> None:
    """Both sides go on."""
    threads = set(threading.enumerate())

    def use() -> None:
        for subclass in (True, False):
            task, _ = new_task(lambda: number, subclass=subclass)
            task.start()
            say(task.result())
        settled(threads, at_once=False)

    use()
    in_child(use)
    use()


def keep_an_error(*, subclass: bool) -> None:
    """The first one registers a hook of the module's, which stays."""
    task, _ = new_task("fail".index, subclass=subclass)
    task.start()
    assert isinstance(task.exception(), TypeError)


if __name__ == "__main__":
    for kind in (True, False):
        keep_an_error(subclass=kind)
    main(
        schedule,
        {
            "Ctrl-C in start": Moment(partial(interrupted, "start"), 130, lambda _: ["interrupted"]),
            "Ctrl-C in wait": Moment(partial(interrupted, "wait"), 130, lambda _: ["interrupted", "ended in order"]),
            "Ctrl-C in result": Moment(
                partial(interrupted, "result"), 130, lambda _: ["interrupted", "ended in order"]
            ),
            "exit while running": Moment(exit_while_running, 0, range),
            "sys.exit() while running": Moment(partial(exit_while_running, code=3), 3, range),
            "exit without asking": Moment(exit_without_asking, 0, lambda number: range(0, 2 * number, 2)),
            "fork afterwards": Moment(fork_afterwards, 0, lambda number: [*[number] * 6, "child ended with 0"]),
        },
    )
