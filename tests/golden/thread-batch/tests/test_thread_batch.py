"""What a batch promises: nothing is lost, nothing hangs."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from demo.thread_batch import BatchError, BatchThread, TaskError, run_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Call(BatchThread):
    """Calls a function, and keeps where that happened."""

    def __init__(self, function: Callable[[], object], name: str = "call") -> None:
        super().__init__(name=name)
        self.function = function
        self.ran_in: list[threading.Thread] = []

    def work(self) -> None:
        self.ran_in.append(threading.current_thread())
        self.function()


class Patient(BatchThread):
    """Works until it is asked to stop."""

    def work(self) -> None:
        self.stopping.wait(5)


def failing(error: BaseException, name: str) -> Call:
    def fail() -> None:
        raise error

    return Call(fail, name)


def errors_of(batch: Sequence[BatchThread], *, workers: int, timeout: float) -> list[str]:
    with pytest.raises(BatchError) as caught:
        run_batch(batch, workers=workers, timeout=timeout)
    return [str(error) for error in caught.value.exceptions]


def test_no_name_of_the_thread_is_taken(clashes: Callable[[type], set[str]]) -> None:
    """A class that sets ``_stop`` or ``_handle`` works on one Python and breaks on another."""

    class Careless(Call):
        def run(self) -> None:
            self._handle = self.stopping = threading.Event()

    assert not clashes(BatchThread)
    assert not clashes(Call)
    assert clashes(Careless) == {"run", "_handle", "stopping"}


@pytest.mark.parametrize("workers", [1, 3, 100])
def test_every_task_runs_once_in_its_own_thread(workers: int) -> None:
    batch = [Call(lambda: None) for _ in range(20)]
    run_batch(batch, workers=workers, timeout=5)
    assert all(thread.ran_in == [thread] for thread in batch)


def test_an_empty_batch_is_done_at_once() -> None:
    run_batch([])


def test_as_many_as_allowed_work_at_once_and_no_more() -> None:
    lock, together, now, most = threading.Lock(), threading.Barrier(3), 0, 0

    def work() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait(5)  # passes only three by three
        with lock:
            now -= 1

    run_batch((Call(work) for _ in range(12)), workers=3, timeout=5)
    assert most == 3


def test_a_slow_thread_holds_up_no_other() -> None:
    last = threading.Event()
    batch = [Call(lambda: last.wait(5)), *(Call(lambda: None) for _ in range(9)), Call(last.set)]
    run_batch(batch, workers=2)
    assert all(thread.error is None for thread in batch)


def test_the_errors_of_all_are_collected_in_order() -> None:
    """Also those that a bare Thread would not even print; the others run all the same."""
    raised = [ValueError("broken"), SystemExit(3), KeyboardInterrupt("now")]
    batch = [failing(error, f"no{n}") for n, error in enumerate(raised)]
    good = Call(lambda: None)
    with pytest.raises(BatchError, match="3 of 4 threads failed") as caught:
        run_batch([*batch, good], workers=1, timeout=5)
    errors = caught.value.exceptions
    assert [str(error) for error in errors] == [
        "no0: ValueError: broken",
        "no1: SystemExit: 3",
        "no2: KeyboardInterrupt: now",
    ]
    assert [error.__cause__ for error in errors] == raised
    assert [error.thread for error in errors if isinstance(error, TaskError)] == batch
    assert good.ran_in == [good]


def test_the_deadline_asks_what_runs_to_stop_and_starts_nothing_more() -> None:
    batch = [Patient(name=name) for name in "abc"]
    assert errors_of(batch, workers=2, timeout=0.1) == [
        "a: still running after 0.1 s",
        "b: still running after 0.1 s",
        "c: not started",
    ]
    assert [thread.stopping.is_set() for thread in batch] == [True, True, False]
    assert not batch[2].is_alive()


def test_the_deadline_holds_though_threads_end_all_the_time() -> None:
    batch = [Call(lambda: sum(range(10_000)), str(number)) for number in range(5000)]
    assert errors_of(batch, workers=2, timeout=0.05)[-1] == "4999: not started"
    assert errors_of([Call(lambda: None, "late")], workers=2, timeout=0) == ["late: not started"]


def test_a_thread_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cause is told, and what was started before is waited for."""
    start, refused = threading.Thread.start, threading.Event()

    def start_unless_c(thread: threading.Thread) -> None:
        if thread.name == "c":
            refused.set()
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_unless_c)
    batch = [
        Call(lambda: refused.wait(5), "a"),
        Call(lambda: refused.wait(5) and sys.exit("broken"), "b"),
        *(Call(lambda: None, name) for name in "cd"),
    ]
    assert errors_of(batch, workers=10, timeout=5) == [
        "b: SystemExit: broken",
        "c: RuntimeError: can't start new thread",
        "d: not started",
    ]
    assert not any(thread.stopping.is_set() for thread in batch)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_asks_what_runs_to_stop_and_starts_nothing_more() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    main_thread, both_run = threading.get_ident(), threading.Barrier(2)

    class Interrupting(Patient):
        def work(self) -> None:
            if both_run.wait(5) == 0:
                signal.pthread_kill(main_thread, signal.SIGINT)
            super().work()

    running, never = [Interrupting(), Interrupting()], Call(lambda: None)
    with pytest.raises(KeyboardInterrupt):
        run_batch([*running, never], workers=2)
    assert all(thread.stopping.is_set() for thread in running)
    assert not never.ran_in


def test_a_thread_is_used_once() -> None:
    used, fresh = Call(lambda: None), Call(lambda: None)
    run_batch([used])
    for batch in ([fresh, used], [fresh, fresh]):
        with pytest.raises(ValueError, match="only once"):
            run_batch(batch)
    with pytest.raises(ValueError, match="at least 1"):
        run_batch([fresh], workers=0)
    assert not fresh.ran_in


def test_a_subclass_that_forgets_the_base_class_is_told() -> None:
    class Forgetful(BatchThread):
        def __init__(self) -> None:
            self.count = 0

        def work(self) -> None:
            self.count += 1

    with pytest.raises(RuntimeError, match=r"__init__\(\) not called"):
        Forgetful().start()


def test_it_is_no_daemon_unless_asked() -> None:
    """Not even when a daemon makes it: a bare Thread would inherit that."""
    made: list[Patient] = []
    daemon = threading.Thread(target=lambda: made.append(Patient()), daemon=True)
    daemon.start()
    daemon.join(5)
    assert not made[0].daemon
    assert Patient(daemon=True).daemon


def test_the_interpreter_waits_for_what_still_runs() -> None:
    script = """
from demo.thread_batch import *

class Patient(BatchThread):
    def work(self):
        self.stopping.wait()
        print("cleaned up")

run_batch([Patient(name="slow")], timeout=0.1)
"""
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert (child.stdout, child.returncode) == ("cleaned up\n", 1)
    assert "slow: still running after 0.1 s" in child.stderr
