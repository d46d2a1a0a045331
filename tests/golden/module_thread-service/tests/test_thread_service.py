"""What the service guarantees: in normal work, under failure and at the end."""

from __future__ import annotations

import concurrent.futures
import os
import signal
import subprocess
import sys
import threading
import weakref
from contextlib import contextmanager
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


def keep_busy_until_stop(service: Echo) -> None:
    begun = threading.Event()

    def message() -> None:
        begun.set()
        while service.health().state == "running":
            pass

    service.send(message)
    assert begun.wait(HANG)


def in_thread(function: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=function)
    thread.start()
    return thread


@contextmanager
def ctrl_c() -> Generator[Callable[[], None]]:
    """Give a function that interrupts the main thread: once, and surely.

    A signal that comes just before the main thread begins to wait is seen only after the wait.
    """
    seen = threading.Event()

    def interrupt(*_: object) -> None:
        if not seen.is_set():
            seen.set()
            raise KeyboardInterrupt

    def press() -> None:
        main = threading.main_thread().ident
        assert main is not None
        while not seen.wait(0.01):
            signal.pthread_kill(main, signal.SIGINT)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield press
    finally:
        signal.signal(signal.SIGINT, before)


def run_script(body: str) -> subprocess.CompletedProcess[str]:
    """Run a program that has all names of the module."""
    script = f"from {Service.__module__} import *\nimport os, sys, threading\n{body}"
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )


def test_every_message_is_handled_in_its_turn() -> None:
    with Echo(capacity=7) as echo:
        for number in range(1000):
            echo.send(number)
    assert echo.seen == list(range(1000))
    health = echo.health()
    assert (health.state, health.handled, health.errors, health.backlog) == ("stopped", 1000, 0, 0)


def test_all_overridden_functions_run_in_the_thread_of_the_service() -> None:
    with Echo() as echo:
        echo.send("a message")
    assert echo.calls == [("setup", echo), ("handle", echo), ("teardown", echo)]


def test_many_senders_and_a_stop_lose_nothing() -> None:
    switch_interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        echo, accepted = Echo(capacity=5), list[tuple[int, int]]()
        echo.start()

        def send(sender: int) -> None:
            for number in range(10_000):
                try:
                    echo.send((sender, number))
                except NotRunningError:
                    break
                accepted.append((sender, number))
            else:
                pytest.fail("stop() came too late")

        senders = [in_thread(partial(send, number)) for number in range(4)]
        while echo.health().handled < 100:
            pass
        left = echo.stop(drain=False)
        for thread in senders:
            thread.join(HANG)
    finally:
        sys.setswitchinterval(switch_interval)
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


def test_a_second_start_during_setup_leaves_the_service_alone() -> None:
    class Slow(Echo):
        def setup(self) -> None:
            super().setup()
            with pytest.raises(RuntimeError, match="only once"):
                self.start()

    with Slow() as slow:
        slow.send("a message")
    assert slow.seen == ["a message"]


def test_errors_in_a_row_may_be_endless() -> None:
    with Echo(max_errors_in_a_row=None) as echo:
        for number in range(20):
            echo.send(ValueError(number))
    assert (echo.health().state, echo.health().errors) == ("stopped", 20)


@posix
def test_ctrl_c_during_setup_ends_the_service() -> None:
    class Slow(Echo):
        def setup(self) -> None:
            super().setup()
            press_ctrl_c()
            assert interrupted.wait(HANG)

    interrupted = threading.Event()
    slow = Slow()
    with ctrl_c() as press_ctrl_c:
        with pytest.raises(KeyboardInterrupt):
            slow.start()
        interrupted.set()
        assert slow.wait(HANG)
    assert slow.count("teardown") == 1


def test_a_thread_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    echo = Echo()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        with pytest.raises(RuntimeError, match="new thread"):
            echo.start()
    assert echo.stop() == []
    with pytest.raises(NotRunningError):
        echo.send("a message")


def test_it_starts_once() -> None:
    with Echo() as echo, pytest.raises(RuntimeError, match="once"):
        echo.start()
    with pytest.raises(RuntimeError, match="once"):
        echo.start()


def test_run_is_not_start() -> None:
    with pytest.raises(RuntimeError, match="start"):
        Echo().run()


def test_arguments_out_of_range() -> None:
    with pytest.raises(ValueError, match="capacity"):
        Echo(capacity=0)


def test_send_needs_a_service_that_runs() -> None:
    echo = Echo()
    with pytest.raises(NotRunningError, match="not started"):
        echo.send("too early")
    echo.start()
    echo.stop()
    with pytest.raises(NotRunningError, match="stopped"):
        echo.send("too late")


def test_a_full_inbox_refuses_after_the_timeout() -> None:
    with Echo(capacity=1) as echo, busy(echo):
        echo.send("fits")
        for timeout in (0, 0.01):
            with pytest.raises(Full):
                echo.send("does not fit", timeout=timeout)
    assert echo.seen == ["fits"]


def test_a_sender_waits_for_room() -> None:
    with Echo(capacity=1) as echo:
        with busy(echo):
            echo.send("first")
            sender = in_thread(lambda: echo.send("second", timeout=HANG))
        sender.join(HANG)
    assert echo.seen == ["first", "second"]


def test_stop_frees_a_blocked_sender() -> None:
    refused = threading.Event()

    def send() -> None:
        try:
            echo.send("second")
        except NotRunningError:
            refused.set()

    echo = Echo(capacity=1)
    echo.start()
    with busy(echo):
        echo.send("first")
        sender = in_thread(send)
        with pytest.raises(TimeoutError):
            echo.stop(0.01)
        assert refused.wait(HANG)
    sender.join(HANG)
    assert echo.stop() == ["first"]


def test_a_handler_cannot_wait_for_room_in_its_own_inbox() -> None:
    refused = threading.Event()

    def send_two() -> None:
        echo.send("first")
        try:
            echo.send("second")
        except Full:
            refused.set()

    with Echo(capacity=1) as echo:
        echo.send(send_two)
        assert refused.wait(HANG)
    assert echo.seen == ["first"]


def test_stop_without_drain_returns_what_is_left() -> None:
    with Echo() as echo:
        keep_busy_until_stop(echo)
        for number in range(5):
            echo.send(number)
        assert echo.stop(drain=False) == [0, 1, 2, 3, 4]
    assert echo.seen == []
    assert echo.count("teardown") == 1


def test_a_stop_that_times_out_gives_up_the_backlog() -> None:
    echo = Echo()
    echo.start()
    with busy(echo):
        echo.send("left")
        with pytest.raises(TimeoutError, match="1 messages"):
            echo.stop(0)
    assert echo.stop() == ["left"]
    assert echo.stop() == []


def test_stop_before_start_and_twice() -> None:
    echo = Echo()
    assert echo.stop() == []
    with echo:
        assert echo.stop() == []
        assert echo.stop(0) == []


def test_a_handler_may_stop_its_service() -> None:
    with Echo() as echo:
        echo.send(echo.stop)
        echo.send("queued")
        assert echo.wait(HANG)
    assert echo.stop() == []
    assert echo.count("teardown") == 1


@posix
def test_ctrl_c_while_stop_waits() -> None:
    echo = Echo()
    echo.start()
    interrupted = threading.Event()

    def interrupt() -> None:
        press_ctrl_c()
        assert interrupted.wait(HANG)

    with ctrl_c() as press_ctrl_c:
        with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it may come before stop() does
            echo.send(interrupt)
            echo.stop()
        assert echo.is_alive()
        interrupted.set()
        assert echo.stop() == []


def test_an_error_does_not_end_the_service(caplog: pytest.LogCaptureFixture) -> None:
    with Echo(max_errors_in_a_row=2) as echo:
        for message in (ValueError("one"), "fine", ValueError("two"), "fine"):
            echo.send(message)
    assert echo.seen == ["fine", "fine"]
    assert (echo.health().handled, echo.health().errors) == (4, 2)
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
        keep_busy_until_stop(echo)
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
            while not echo.health().busy_for:
                pass
        while echo.health().busy_for:
            pass
        assert (echo.health().handled, echo.health().backlog) == (2, 0)


def test_an_idle_service_keeps_no_message_alive() -> None:
    class Message:
        pass

    with Echo() as echo:
        message = Message()
        gone = threading.Event()
        weakref.finalize(message, gone.set)
        echo.send(lambda message=message: None)  # noqa: ARG005 - a default keeps it alive
        del message
        assert gone.wait(HANG)


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
idle._lock.acquire()  # as the thread may hold it at the wrong moment
if child := os.fork():
    idle._lock.release()
    sys.exit(os.waitpid(child, 0)[1])
try:
    idle.send("lost")
except NotRunningError:
    print(idle.stop())
""")
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_no_attribute_hides_one_of_the_thread() -> None:
    """Thread's private names differ between Pythons; a clash would break some of them only."""
    private = (
        "_after_fork _args _bootstrap _bootstrap_inner _context _daemonic _delete _handle _ident "
        "_initialized _invoke_excepthook _is_stopped _kwargs _name _native_id _os_thread_handle "
        "_reset_internal_locks _set_ident _set_native_id _set_os_name _set_tstate_lock _started "
        "_stderr _stop _target _tstate_lock _wait_for_tstate_lock"
    )
    thread = threading.Thread()
    ours = (vars(Echo()).keys() - vars(thread).keys()) | vars(Service).keys()
    assert not ours & set(private.split())
    public = {name for name in dir(threading.Thread) if not name.startswith("_")}
    assert ours & public == {"run", "start"}


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


def test_stop_answers_even_if_the_service_is_stuck() -> None:
    echo = Echo()
    echo.start()
    with busy(echo):
        futures = [echo.ask(number) for number in range(5)]
        with pytest.raises(TimeoutError):
            echo.stop(0)
        done, _ = concurrent.futures.wait(futures, timeout=0)
        assert done == set(futures)
    assert all(isinstance(future.exception(), NotRunningError) for future in futures)
    assert echo.stop() == [0, 1, 2, 3, 4]


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


@pytest.mark.parametrize("error", [ValueError, SystemExit])
def test_a_callback_that_fails_leaves_nobody_waiting(error: type[BaseException]) -> None:
    def fail(_: concurrent.futures.Future[object]) -> None:
        raise error

    echo = Echo()
    echo.start()
    with busy(echo):
        futures = [echo.ask(number) for number in range(3)]
        for future in futures:
            future.add_done_callback(fail)
        with pytest.raises(TimeoutError):
            echo.stop(0)
    assert echo.stop() == [0, 1, 2]
    assert all(future.done() for future in futures)


def test_a_service_cannot_wait_for_its_own_answer() -> None:
    with Echo() as echo:
        echo.send(lambda: echo.ask("never"))
    assert repr(echo.health().last_error).startswith("RuntimeError")
