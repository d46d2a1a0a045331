"""What the service guarantees: in normal work, under failure and at the end."""

from __future__ import annotations

import concurrent.futures
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from contextlib import contextmanager, suppress
from functools import partial
from queue import Full
from typing import TYPE_CHECKING

import pytest

from demo.net.thread_service import NotRunningError, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

HANG = 10  # seconds; a wait as long as this is a deadlock
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals a thread, or forks")


@pytest.fixture(autouse=True, scope="module")
def same_path(pytestconfig: pytest.Config) -> Iterator[None]:
    """Let other processes import what these tests can, whether it is installed or not."""
    path = [str(pytestconfig.rootpath), *sys.path]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", path)
        patch.setenv("PYTHONPATH", os.pathsep.join(path))
        yield


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Fail a test that leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=5)  # it may be on its way out
        assert not thread.is_alive(), f"{thread.name} was left running"


class Echo(Service[object, object]):
    """Remembers its messages; calls those that are functions, raises those that are errors."""

    def setup(self) -> None:
        self.seen: list[object] = []
        self.calls = [("setup", threading.current_thread())]

    def handle(self, message: object) -> object:
        self.calls.append(("handle", threading.current_thread()))
        if isinstance(message, BaseException):
            raise message
        if callable(message):
            message()
        else:
            self.seen.append(message)
        return message

    def teardown(self) -> None:
        self.calls.append(("teardown", threading.current_thread()))

    def count(self, name: str) -> int:
        return sum(name == call for call, _ in self.calls)


@contextmanager
def busy(service: Echo) -> Generator[None]:
    """Keep the service busy with one message until the end of the block."""
    begun, end = threading.Event(), threading.Event()

    def message() -> None:
        begun.set()
        assert end.wait(HANG)

    service.send(message)
    assert begun.wait(HANG)
    try:
        yield
    finally:
        end.set()


def in_thread(function: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=function)
    thread.start()
    return thread


def until(condition: Callable[[], object]) -> None:
    """Wait until it holds, and fail if it never does."""
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def run_script(body: str) -> subprocess.CompletedProcess[str]:
    """Run a program that has all names of the module."""
    script = f"from {Service.__module__} import *\nimport os, sys, threading\n{body}"
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )


def test_every_message_is_handled_in_its_turn_in_the_thread_of_the_service() -> None:
    with Echo(capacity=7) as echo:
        for number in range(1000):
            echo.send(number)
    assert echo.seen == list(range(1000))
    calls = ["setup", *["handle"] * 1000, "teardown"]
    assert echo.calls == [(name, echo) for name in calls]
    health = echo.health()
    assert (health.state, health.handled, health.errors, health.backlog) == ("stopped", 1000, 0, 0)


def test_many_senders_and_a_stop_lose_nothing() -> None:
    echo, accepted = Echo(capacity=5), list[tuple[int, int]]()
    echo.start()

    def send(sender: int) -> None:
        with suppress(NotRunningError):
            for number in range(100_000):
                echo.send((sender, number))
                accepted.append((sender, number))

    senders = [in_thread(partial(send, number)) for number in range(4)]
    until(lambda: echo.health().handled > 100)
    left = echo.stop(drain=False)
    for thread in senders:
        thread.join(HANG)
    assert len(accepted) == len(echo.seen) + len(left)
    assert set(accepted) == {*echo.seen, *left}


def test_start_raises_the_error_of_setup() -> None:
    class Broken(Echo):
        def setup(self) -> None:
            super().setup()
            raise OSError("no database")

    broken = Broken()
    with pytest.raises(OSError, match="no database"):
        broken.start()
    assert broken.wait(0)
    assert broken.count("teardown") == 0
    with pytest.raises(NotRunningError, match="failed"):
        broken.send("a message")


def test_it_starts_once() -> None:
    """A start() that is refused, even during setup(), leaves the service alone."""

    class Eager(Echo):
        def setup(self) -> None:
            super().setup()
            with pytest.raises(RuntimeError, match="only once"):
                self.start()

    eager = Eager()
    with eager:
        with pytest.raises(RuntimeError, match="only once"):
            eager.start()
        eager.send("a message")
    assert eager.seen == ["a message"]
    with pytest.raises(RuntimeError, match="only once"):
        eager.start()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity"):
        Echo(capacity=0)
    with pytest.raises(RuntimeError, match=r"call start\(\)"):
        Echo().run()
    echo = Echo()
    assert echo.stop() == []
    with pytest.raises(NotRunningError, match="not started"):
        echo.send("too early")
    with echo:
        assert echo.stop() == echo.stop(0) == []
        with pytest.raises(NotRunningError, match="stopped"):
            echo.send("too late")


@posix
def test_ctrl_c_during_setup_ends_the_service() -> None:
    main, seen = threading.get_ident(), threading.Event()

    def interrupt(*_: object) -> None:
        if not seen.is_set():
            seen.set()
            raise KeyboardInterrupt

    class Slow(Echo):
        def setup(self) -> None:
            super().setup()
            while not seen.wait(0.01):  # one just before the main thread waits comes too late
                signal.pthread_kill(main, signal.SIGINT)
            until(lambda: self.health().state == "stopping")

    slow, before = Slow(), signal.signal(signal.SIGINT, interrupt)
    with pytest.raises(KeyboardInterrupt):
        slow.start()
    signal.signal(signal.SIGINT, before)
    assert slow.wait(HANG)
    assert [name for name, _ in slow.calls] == ["setup", "teardown"]


def test_a_full_inbox_refuses_after_the_timeout_and_a_sender_may_wait_for_room() -> None:
    with Echo(capacity=1) as echo:
        with busy(echo):
            echo.send("first")
            for timeout in (0, 0.01):
                with pytest.raises(Full):
                    echo.send("does not fit", timeout)
            sender = in_thread(lambda: echo.send("second", HANG))
        sender.join(HANG)
    assert echo.seen == ["first", "second"]


def test_a_stop_that_times_out_gives_up_the_backlog_and_frees_blocked_senders() -> None:
    refused: list[NotRunningError] = []

    def send() -> None:
        try:
            echo.send("second")
        except NotRunningError as error:
            refused.append(error)

    echo = Echo(capacity=1)
    echo.start()
    with busy(echo):
        echo.send("first")
        sender = in_thread(send)
        with pytest.raises(TimeoutError, match="1 messages"):
            echo.stop(0)
        sender.join(HANG)
        assert refused
    assert echo.stop() == ["first"]
    assert echo.stop() == []


def test_a_handler_cannot_wait_for_room_in_its_own_inbox() -> None:
    def send_two() -> None:
        echo.send("first")
        echo.send("second")

    with Echo(capacity=1) as echo:
        echo.send(send_two)
        until(lambda: echo.health().errors)
    assert echo.seen == ["first"]
    assert isinstance(echo.health().last_error, Full)


@pytest.mark.parametrize(("drain", "seen"), [(True, ["queued"]), (False, [])])
def test_stop_returns_what_it_does_not_drain(drain: bool, seen: list[object]) -> None:
    """Also a stop() that a handler calls."""
    with Echo() as echo:
        with busy(echo):
            echo.send(partial(echo.stop, drain=drain))
            echo.send("queued")
        assert echo.wait(HANG)
        left = echo.stop()
    assert (echo.seen, left) == (seen, [] if drain else ["queued"])
    assert echo.count("teardown") == 1


@pytest.mark.parametrize(
    ("limit", "messages"),
    [(2, [ValueError("one"), "fine", ValueError("two")]), (None, [ValueError("one")] * 20)],
)
def test_an_error_does_not_end_the_service(
    limit: int | None, messages: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    with Echo(max_errors_in_a_row=limit) as echo:
        for message in messages:
            echo.send(message)
    health, errors = echo.health(), len(messages) - len(echo.seen)
    assert (health.state, health.handled, health.errors) == ("stopped", len(messages), errors)
    assert "ValueError: one" in caplog.text


def test_errors_in_a_row_end_the_service() -> None:
    echo = Echo(max_errors_in_a_row=2)
    echo.start()
    with busy(echo):
        for message in (ValueError("one"), ValueError("two"), "left"):
            echo.send(message)
    assert echo.wait(HANG)
    with pytest.raises(NotRunningError, match="failed") as refused:
        echo.send("too late")
    assert repr(refused.value.__cause__) == "ValueError('two')"
    assert echo.stop() == ["left"]
    assert echo.health().state == "failed"
    assert echo.count("teardown") == 1


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_the_with_block_raises_what_ended_the_service(error: type[BaseException]) -> None:
    with pytest.raises(error), Echo(max_errors_in_a_row=1) as echo:
        echo.send(error())


def test_an_error_in_teardown_is_raised() -> None:
    class Broken(Echo):
        def teardown(self) -> None:
            raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"), Broken():
        pass


def test_an_error_in_the_with_block_drops_the_backlog(caplog: pytest.LogCaptureFixture) -> None:
    echo = Echo()
    with pytest.raises(KeyError), echo:  # noqa: PT012 - the block is what is tested
        echo.send(lambda: until(lambda: echo.health().state == "stopping"))
        until(lambda: echo.health().handled)
        echo.send("dropped")
        raise KeyError
    assert echo.seen == []
    assert "1 messages" in caplog.text


def test_health_tells_a_busy_service_from_an_idle_one() -> None:
    with Echo() as echo:
        with busy(echo):
            echo.send("queued")
            health = echo.health()
            assert (health.state, health.handled, health.backlog) == ("running", 1, 1)
            until(lambda: echo.health().busy_for)
        until(lambda: not echo.health().busy_for)
        assert (echo.health().handled, echo.health().backlog) == (2, 0)


def test_an_idle_service_keeps_no_message_alive() -> None:
    with Echo() as echo:
        message = partial(int)
        reference = weakref.ref(message)
        echo.send(message)
        del message
        until(lambda: reference() is None)


def test_the_backlog_is_handled_before_the_interpreter_exits() -> None:
    done = run_script("""
class Printer(Service):
    def setup(self):
        self.gate = threading.Event()
    def handle(self, message):
        self.gate.wait()
        print(message)
    def teardown(self):
        print("closed")

printer = Printer()
printer.start()
for number in range(3):
    printer.send(number)
printer.gate.set()
""")
    assert (done.stdout.split(), done.stderr) == (["0", "1", "2", "closed"], "")


def test_a_stuck_service_does_not_keep_the_interpreter_from_exiting() -> None:
    done = run_script("""
class Stuck(Service):
    def setup(self):
        self.begun = threading.Event()
    def handle(self, message):
        self.begun.set()
        threading.Event().wait()

stuck = Stuck(exit_timeout=0.1)
stuck.start()
stuck.send("stuck")
stuck.send("left")
stuck.begun.wait()
""")
    assert "TimeoutError: Stuck is still busy after 0.1 s, 1 messages are left" in done.stderr


@posix
def test_a_forked_child_has_no_service() -> None:
    done = run_script("""
class Idle(Service):
    def tick(self):
        pass

idle = Idle()
idle.start()
if child := os.fork():
    sys.exit(os.waitpid(child, 0)[1])
try:
    idle.send("lost")
except NotRunningError:
    print(idle.stop())
""")
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_a_reply_is_what_handle_returned_or_raised(caplog: pytest.LogCaptureFixture) -> None:
    with Echo(max_errors_in_a_row=1) as echo:
        assert echo.ask("a message").result(HANG) == "a message"
        with pytest.raises(ValueError, match="bad"):
            echo.ask(ValueError("bad")).result(HANG)
        assert echo.ask("goes on").result(HANG) == "goes on"
    assert echo.health().errors == 1
    assert caplog.text == ""


def test_whoever_asked_hears_of_the_end() -> None:
    echo = Echo()
    echo.start()
    with busy(echo):
        last, unanswered = echo.ask(SystemExit("end")), echo.ask("left")
    with pytest.raises(SystemExit, match="end"):
        last.result(HANG)
    with pytest.raises(NotRunningError):
        unanswered.result(HANG)
    assert echo.stop() == ["left"]


@pytest.mark.parametrize("given_up", [False, True])
def test_a_question_that_was_cancelled_is_not_handled(given_up: bool) -> None:
    with Echo() as echo, busy(echo):
        future = echo.ask("cancelled")
        assert future.cancel()
        if given_up:
            with pytest.raises(TimeoutError):
                echo.stop(0)
    done, _ = concurrent.futures.wait([future], timeout=0)
    assert done == {future}
    assert echo.seen == []


@pytest.mark.parametrize("error", [None, ValueError, SystemExit])
def test_stop_answers_even_if_the_service_is_stuck(error: type[BaseException] | None) -> None:
    """Or if callbacks fail."""

    def callback(_: concurrent.futures.Future[object]) -> None:
        if error is not None:
            raise error

    echo = Echo()
    echo.start()
    with busy(echo):
        futures = [echo.ask(number) for number in range(3)]
        for future in futures:
            future.add_done_callback(callback)
        with pytest.raises(TimeoutError):
            echo.stop(0)
        assert all(isinstance(future.exception(0), NotRunningError) for future in futures)
    assert echo.stop() == [0, 1, 2]


def test_a_service_cannot_wait_for_its_own_answer() -> None:
    with Echo() as echo:
        echo.send(lambda: echo.ask("never"))
    assert repr(echo.health().last_error).startswith("RuntimeError")
