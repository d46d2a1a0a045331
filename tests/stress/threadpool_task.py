"""Stress threadpool/task: each task once, its error to whoever asks or to the log, its threads end by themselves."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from schedules import ERRORS, Events, Log, Moment, in_child, interrupt, interrupt_in_start, main, nudge, say, settled

if TYPE_CHECKING:
    from random import Random

design: Any = import_module("demo.threadpool_task")
log = Log()
USES = ("get", "exception", "wait", "wait in threads", "poll", "dropped at once", "dropped at the end", "abandoned")


class Call:
    """One call, and how its task is used."""

    def __init__(self, rng: Random) -> None:
        self.use = rng.choice(USES)
        self.error = rng.choice(ERRORS)() if rng.random() < 0.4 else None
        self.nudges = rng.choice((0, 0, 1, 5))
        self.nested = rng.random() < 0.1
        self.gate = threading.Event()
        self.blocking = rng.random() < 0.4
        self.calls = 0
        self.outcomes: list[object] = []
        if not self.blocking:
            self.gate.set()

    def run(self, value: object, *, again: object) -> object:
        self.calls += 1
        nudge(self.nudges)
        self.gate.wait()
        if self.nested:
            assert design.Task(sum, (1, 2)).get() == 3
        if self.error:
            raise self.error
        return value, again

    def expect_unfinished(self, task: Any) -> None:
        assert not task.ready()
        assert not task.wait(0)
        for ask in (task.get, task.error, task.exception):
            with suppress(TimeoutError):
                ask(0)
                raise AssertionError("a timeout was not raised")
        with suppress(ValueError):
            task.successful()
            raise AssertionError("success of what has not ended")

    def collect(self, task: Any) -> None:
        """What get() does in any thread."""
        try:
            self.outcomes.append(task.get())
        except BaseException as error:  # noqa: BLE001
            self.outcomes.append(error)

    def end(self, task: Any) -> bool:  # noqa: C901 - a branch a use
        """Use it; return whether somebody asked for the error."""
        self.gate.set()
        if self.use == "get":
            self.collect(task)
        elif self.use == "wait in threads":
            threads = [threading.Thread(target=self.collect, args=(task,)) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        elif self.use == "exception":
            self.outcomes += [error] if (error := task.exception(30)) else []
            assert task.error() is error
            assert task.successful() == (error is None)
        elif self.use == "abandoned":
            task.abandon()
            task.abandon()
        else:
            if self.use == "poll":
                while not task.ready():
                    nudge(1)
                assert task.wait(0)
                assert task.successful() == (self.error is None)
            elif self.use == "wait":
                assert task.wait()
            return False
        for outcome in self.outcomes:
            self.check(outcome)
        return self.use != "abandoned"

    def check(self, outcome: object) -> None:
        if self.error is None:
            assert outcome == (self, 7)
        else:
            assert outcome is self.error


def schedule(rng: Random, events: Events) -> None:
    """Draw some tasks at a time, run them, judge."""
    before = set(threading.enumerate())
    calls = [Call(rng) for _ in range(rng.choice((1, 1, 2, 4)))]
    tasks: list[Any] = []
    for call in calls:
        task = design.Task(call.run, call, again=7)
        if call.blocking:
            call.expect_unfinished(task)
        tasks.append(None if call.use == "dropped at once" else task)
        del task
    asked = []
    for call in rng.sample(calls, len(calls)):
        events[call.use] += 1
        events["failing"] += call.error is not None
        events["nested"] += call.nested
        events["unfinished when asked"] += call.blocking
        asked.append((call, call.end(tasks[calls.index(call)])))
    settled(before, at_once=False)
    assert all(call.calls == 1 for call in calls), "not called once"
    tasks.clear()
    unasked = {id(call.error): 1 for call, was_asked in asked if call.error and not was_asked}
    logged = log.take_from_threads(len(unasked))
    settled(before, at_once=False)  # the thread that logs
    assert logged + log.take() == unasked, "an error was lost, or logged though asked for"
    events["error logged as nobody asked"] += any(call.error and not was_asked for call, was_asked in asked)


def interrupted(phase: str, number: int) -> None:
    """Ctrl-C while starting or waiting; the task never ends, and was given up."""

    def work() -> None:
        if phase != "start":
            interrupt()
        threading.Event().wait()

    if phase == "start":
        interrupt_in_start(1 + number % 4)
    task = None
    try:
        task = design.Task(work)
        if phase == "get":
            task.get()
        while not task.wait(timeout=1 if phase == "wait" else None):
            pass
    except KeyboardInterrupt:
        if task:
            task.abandon()
        say("interrupted")
        sys.exit(130)


def exit_with_tasks(number: int) -> None:
    """The program ends with tasks that run, some without a handle; they wait until it is ending."""
    ending = threading.Event()
    kept = [design.Task(lambda nth=nth: (ending.wait(), nudge(9), say(nth))) for nth in range(number)]
    del kept[::2]
    __import__("atexit").register(ending.set)
    if number % 2:
        sys.exit(3)


def exit_abandoned(number: int) -> None:
    """What was abandoned does not keep the program from ending."""
    for _ in range(number):
        design.Task(threading.Event().wait).abandon()


def fork_afterwards(number: int) -> None:
    """Both sides go on."""
    threads = set(threading.enumerate())
    say(design.Task(range, number).get())
    settled(threads, at_once=False)
    in_child(lambda: say(design.Task(range, number).get()))
    say(design.Task(range, number).get())


def moment_of(phase: str) -> Moment:
    """Ctrl-C in a phase."""
    return Moment(lambda number: interrupted(phase, number), 130, lambda _: ["interrupted"])


if __name__ == "__main__":
    design.Task(int).get()  # the first one registers a hook of the module's, which stays
    main(
        schedule,
        {f"Ctrl-C in {phase}": moment_of(phase) for phase in ("start", "get", "wait", "endless wait")}
        | {
            "exit with tasks": Moment(lambda number: exit_with_tasks(2 * number), 0, lambda number: range(2 * number)),
            "sys.exit() with tasks": Moment(
                lambda number: exit_with_tasks(2 * number + 1), 3, lambda number: range(2 * number + 1)
            ),
            "exit with abandoned tasks": Moment(exit_abandoned, 0, lambda _: []),
            "fork afterwards": Moment(fork_afterwards, 0, lambda number: [range(number)] * 3 + ["child ended with 0"]),
        },
    )
