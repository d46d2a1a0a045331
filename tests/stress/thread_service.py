"""Stress thread/service, with an inbox, with replies, periodic and both: nothing accepted is lost."""

from __future__ import annotations

import atexit
import os
import queue
import signal
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from schedules import ERRORS, Events, Log, Moment, in_child, interrupt, interrupt_in_start, main, nudge, say, settled

if TYPE_CHECKING:
    from random import Random

designs: dict[str, Any] = {
    name: import_module(f"{name}.thread_service") for name in ("inbox", "replies", "periodic", "both")
}
log = Log()
ENDS = (
    "leave",
    "block fails",
    "stop",
    "drop",
    "stop while busy",
    "stop from several",
    "stop from inside",
    "setup fails",
)


class Schedule:
    """The drawn plan, and what happened; the functions that a service overrides."""

    def __init__(self, rng: Random) -> None:
        self.kind = rng.choice([*designs])
        self.design = designs[self.kind]
        self.end = rng.choice(ENDS)
        self.options: dict[str, Any] = {"max_errors_in_a_row": rng.choice((2, 5, None))}
        if self.kind != "periodic":
            self.options["capacity"] = rng.choice((1, 2, 5, 1000))
        if self.kind in {"periodic", "both"}:
            self.options["interval"] = rng.choice((1e-6, 1e-5, 1000.0))
        self.senders = 0 if self.kind == "periodic" else rng.randint(1, 3)
        self.size = rng.choice((0, 1, 4, rng.randrange(20)))
        self.timeout = rng.choice((None, None, 0))
        share = rng.choice((0.0, 0.1, 0.5))
        self.errors = {
            (sender, nth): rng.choice((*(ValueError,) * 5, *ERRORS))()
            for sender in range(3)
            for nth in range(20)
            if rng.random() < share
        }
        self.tick_errors = {nth: ValueError() for nth in range(1, 6) if rng.random() < share}
        self.teardown_error = RuntimeError() if rng.random() < 0.1 else None
        self.nudges = rng.choice((0, 0, 1, 3))
        self.cut = rng.choice((0, 1, rng.randrange(15)))  # the message or tick at which it is stopped
        self.asks = self.kind in {"replies", "both"} and rng.random() < 0.7
        self.reached, self.gate = threading.Event(), threading.Event()
        self.calls = self.setups = self.teardowns = self.ticks = 0
        self.handled: list[tuple[int, int]] = []
        self.accepted: list[list[tuple[int, int]]] = [[], [], []]
        self.futures: dict[tuple[int, int], Any] = {}
        self.refused: list[Exception] = []
        self.left: list[Any] = []
        self.wrong: list[str] = []
        self.given_up: int | None = None

    def step(self, service: Any) -> None:
        nudge(self.nudges)
        self.calls += 1
        if self.calls > self.cut and not self.reached.is_set():
            self.reached.set()
            if self.end == "stop while busy":
                self.gate.wait()
            if self.end == "stop from inside":
                self.left += service.stop() or []

    def make(self) -> Any:  # noqa: C901 - all that can be overridden
        plan = self

        class Spy(self.design.Service):  # type: ignore[misc,name-defined]
            """Does what is planned."""

            def setup(self) -> None:
                plan.setups += 1
                if plan.end == "setup fails":
                    raise OSError("planned")

            def handle(self, message: tuple[int, int]) -> object:
                plan.handled.append(message)
                if self.health().backlog > plan.options["capacity"]:
                    plan.wrong.append("over capacity")
                plan.step(self)
                if message in plan.errors:
                    raise plan.errors[message]
                return message, "answered"

            def tick(self) -> int:
                plan.ticks += 1
                plan.step(self)
                if plan.ticks in plan.tick_errors:
                    raise plan.tick_errors[plan.ticks]
                return plan.ticks

            def teardown(self) -> None:
                plan.teardowns += 1
                if threading.current_thread() is not self:
                    plan.wrong.append("teardown elsewhere")
                if plan.teardown_error:
                    raise plan.teardown_error

        return Spy(**self.options)

    def send(self, service: Any, sender: int) -> None:
        try:
            for nth in range(self.size):
                message = (sender, nth)
                with suppress(queue.Full):
                    if self.asks:
                        self.futures[message] = service.ask(message, self.timeout)
                    else:
                        service.send(message, self.timeout)
                    self.accepted[sender].append(message)
                    continue
                if self.timeout is None:
                    self.wrong.append("full without a timeout")
        except self.design.NotRunningError as error:
            self.refused.append(error)
        except BaseException as error:  # noqa: BLE001
            self.wrong.append(repr(error))


def schedule(rng: Random, events: Events) -> None:
    """Draw one, run it, judge it."""
    plan, before = Schedule(rng), set(threading.enumerate())
    service = plan.make()
    events[plan.kind] += 1
    events[plan.end] += 1
    if plan.end == "setup fails":
        with suppress(OSError):
            service.start()
            raise AssertionError("the error of setup() was lost")
        settled(before, at_once=False)
        assert (plan.setups, plan.teardowns, service.health().state) == (1, 0, "failed")
        log.take()
        return
    senders = [threading.Thread(target=plan.send, args=(service, sender)) for sender in range(plan.senders)]
    raised: BaseException | None = None
    try:
        if plan.end in {"leave", "block fails"}:
            with service:
                for sender in senders:
                    sender.start()
                for sender in senders if plan.end == "leave" else ():
                    sender.join()
                if plan.end == "block fails":
                    raise LookupError  # noqa: TRY301
        else:
            service.start()
            for sender in senders:
                sender.start()
            stop(plan, service, senders)
    except BaseException as error:  # noqa: BLE001
        raised = error
    for sender in senders:
        sender.join()
    plan.left += service.stop() or []
    settled(before, at_once=False)
    judge(plan, service, raised, events)


def stop(plan: Schedule, service: Any, senders: list[threading.Thread]) -> None:  # noqa: C901 - a branch an end
    """At the planned moment, or when all is sent, in the planned way."""
    ended = threading.Event()

    def see_the_end() -> None:
        for sender in senders:
            sender.join()
        ended.set()

    first = threading.Thread(target=see_the_end)
    if plan.senders:
        first.start()
        while not (plan.reached.is_set() or ended.is_set() or service.wait(0)):
            ended.wait(0.0005)
    else:
        while not (plan.reached.wait(0.0005) or service.wait(0) or plan.options["interval"] > 1):
            pass
    options = {"drain": plan.end != "drop"} if plan.senders else {}
    if plan.end == "stop while busy" and plan.reached.is_set():
        with suppress(TimeoutError):
            service.stop(timeout=0)
            if not plan.gate.is_set():
                plan.wrong.append("stopped while busy")
        plan.given_up = len(plan.handled)
    plan.gate.set()
    if plan.end == "stop from several":
        stoppers = [threading.Thread(target=lambda: plan.left.extend(service.stop() or [])) for _ in range(3)]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()
    plan.left += service.stop(**options) or []
    if plan.senders:
        first.join()


def judge(plan: Schedule, service: Any, raised: BaseException | None, events: Events) -> None:  # noqa: C901, PLR0912, PLR0915 - a list
    """All that was accepted was handled or is left, once and in its turn; no error is lost."""
    assert not plan.wrong, plan.wrong
    health = service.health()
    logged = log.take()
    assert (plan.setups, plan.teardowns) == (1, 1)
    assert health.state in {"stopped", "failed"}
    events[health.state] += 1
    failed = health.state == "failed"
    if plan.end == "leave":
        assert (raised is health.last_error) if failed else raised is None, raised
    elif plan.end == "block fails":
        assert isinstance(raised, LookupError)
    else:
        assert raised is None, raised
    cause = health.last_error.__context__ if failed else None
    while cause:  # teardown() failed after it, and the log shows both
        logged[id(cause)] += 1
        cause = cause.__context__
    events["errors in a row ended it"] += failed and isinstance(health.last_error, ValueError)
    if failed:
        assert logged[id(health.last_error)] == 1, "the error at the end is logged once"
    assert not plan.teardown_error or failed
    if plan.kind != "inbox":
        happened = {id(plan.tick_errors[nth]) for nth in plan.tick_errors if nth <= plan.ticks}
        assert all(logged[error] == 1 for error in happened), "the error of a tick is logged once"
    if plan.kind in {"periodic", "both"}:
        assert health.ticks == plan.ticks
        events["ticks"] += plan.ticks
    if plan.kind == "periodic":
        return
    accepted = [message for messages in plan.accepted for message in messages]
    # an accepted message may be left in a block that ends itself, which logs their number only
    unreturned = plan.end in {"leave", "block fails"}
    gone = plan.handled + plan.left
    assert len(set(gone)) == len(gone), "twice"
    assert set(gone) <= set(accepted), "out of thin air"
    assert unreturned or set(gone) == set(accepted), "lost"
    assert plan.end != "leave" or failed or set(plan.handled) == set(accepted), "not drained"
    assert plan.given_up in {None, len(plan.handled)}, "handled though it was given up"
    if plan.end in {"stop", "stop from several", "stop from inside"} and not failed:
        assert not plan.left, "not drained"
    for sender in range(3):
        mine = [message for message in plan.handled if message[0] == sender]
        assert mine == plan.accepted[sender][: len(mine)], "not in turn"
    assert health.handled == len(plan.handled)
    assert health.backlog == 0
    events["left unhandled"] += bool(plan.left)
    events["sender refused"] += bool(plan.refused)
    for message in accepted:
        future = plan.futures.get(message)
        error = plan.errors.get(message)
        if future is None:
            assert plan.asks or message not in plan.handled or not error or logged[id(error)] == 1, "logged once"
            continue
        assert future.done(), "not answered"
        if message not in plan.handled:
            assert isinstance(future.exception(), plan.design.NotRunningError)
        elif error:
            assert future.exception() is error
            events["error to whoever asked"] += 1
        else:
            assert future.result() == (message, "answered")
            events["answered"] += 1


class Simple(designs["both"].Service):  # type: ignore[misc]
    """Says what it handles, after what it is given to wait for."""

    before: Any = staticmethod(lambda _: None)

    def handle(self, message: int) -> None:
        self.before(message)
        say(message)

    def tick(self) -> None:
        """Nothing."""

    def setup(self) -> None:
        if self.before is not Simple.before:
            self.before("setup")

    def teardown(self) -> None:
        say("closed")


def interrupted(phase: str, number: int) -> None:
    """Ctrl-C while starting, sending to a full inbox, waiting for an answer or stopping; then an orderly stop."""
    stop_now = threading.Event()

    def before(message: object) -> None:
        if message == ("setup" if phase == "setup" else number):
            interrupt()
            stop_now.wait()

    service = Simple(capacity=1 if phase == "send" else 1000, interval=1000)
    service.before = before
    if phase == "start":
        interrupt_in_start(1)
    try:
        service.start()
        for message in range(number + 3):
            service.send(message)
        if phase == "ask":
            service.ask(number + 3).result()
        service.stop()
    except KeyboardInterrupt:
        stop_now.set()
        left = service.stop(drain=False)
        for message in left:
            say(message)
        if phase in {"send", "start"}:
            service.wait()
        say("interrupted")
        sys.exit(130)


class Interrupts:
    """A Ctrl-C every millisecond, which counts only in the block."""

    def __init__(self) -> None:
        self.armed = False
        signal.signal(signal.SIGINT, self.interrupt)
        threading.Thread(target=self.press, daemon=True).start()

    def interrupt(self, *_: object) -> None:
        if self.armed:
            raise KeyboardInterrupt

    def press(self) -> None:
        while True:
            time.sleep(0.001)
            os.kill(os.getpid(), signal.SIGINT)

    def in_send(self, service: Any) -> None:
        """A RuntimeError comes from a Condition that was interrupted before it waited: it has no lock to give back."""
        with suppress(KeyboardInterrupt, RuntimeError):
            try:
                self.armed = True
                while True:
                    service.send(1)
            finally:
                self.armed = False


def interrupted_often(_: int) -> None:
    """Many Ctrl-Cs in send() to a full inbox: no other sender loses its turn for good, and the service goes on."""

    class Silent(Simple):
        def handle(self, message: int) -> None:
            """Nothing."""

    def send() -> None:
        while not ended.is_set():
            service.send(1)

    interrupts, ended = Interrupts(), threading.Event()
    service = Silent(capacity=1, interval=1000)
    service.start()
    for _round in range(20):
        ended.clear()
        others = [threading.Thread(target=send) for _ in range(2)]
        for other in others:
            other.start()
        for _ctrl_c in range(100):
            interrupts.in_send(service)
        ended.set()
        for other in others:
            other.join()
    say(service.stop())


def exit_with_work(number: int) -> None:
    """The program ends with messages in the inbox, and then they are handled."""
    ending = threading.Event()
    service = Simple(interval=1000)
    service.before = lambda message: message == "setup" or ending.wait()
    service.start()
    for message in range(10 * number):
        service.send(message)
    atexit.register(ending.set)
    if number % 2:
        raise ValueError


def fork_afterwards(number: int) -> None:
    """The child has no service, neither a stopped one nor one that runs, and can make one."""

    def use() -> None:
        with Simple(interval=1000) as service:
            for message in range(number):
                service.send(message)

    use()
    running = Simple(interval=1000)
    running.start()

    def child() -> None:
        with suppress(designs["both"].NotRunningError):
            running.send(1)
            say("sent to nobody")
        say(running.stop())
        use()

    __import__("warnings").simplefilter("ignore")  # with a thread that runs, Python warns of it
    in_child(child)
    running.stop()


if __name__ == "__main__":
    main(
        schedule,
        {
            "Ctrl-C in start": Moment(partial(interrupted, "start"), 130, lambda _: ["interrupted"]),
            "Ctrl-C in setup": Moment(partial(interrupted, "setup"), 130, lambda _: ["interrupted", "closed"]),
            "Ctrl-C in ask": Moment(
                partial(interrupted, "ask"), 130, lambda number: [*range(number + 4), "interrupted", "closed"]
            ),
            "Ctrl-C in stop": Moment(
                partial(interrupted, "stop"), 130, lambda number: [*range(number + 3), "interrupted", "closed"]
            ),
            "Ctrl-C in send": Moment(
                partial(interrupted, "send"), 130, lambda number: [*range(number + 2), "interrupted", "closed"]
            ),
            "Ctrl-C again and again": Moment(interrupted_often, 0, lambda _: [[], "closed"]),
            "exit with work": Moment(
                lambda number: exit_with_work(2 * number), 0, lambda number: [*range(20 * number), "closed"]
            ),
            "exit by an error": Moment(
                lambda number: exit_with_work(2 * number + 1), 1, lambda number: [*range(20 * number + 10), "closed"]
            ),
            "fork afterwards": Moment(
                fork_afterwards,
                0,
                lambda number: [*[*range(number), "closed"] * 2, [], "closed", "child ended with 0"],
            ),
        },
    )
