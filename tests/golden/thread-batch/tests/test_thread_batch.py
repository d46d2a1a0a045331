"""What a batch promises: nothing is lost, nothing hangs."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import pytest

from demo.thread_batch import BatchError, BatchThread, TaskError, run_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HANG = 10  # seconds: no test waits for them unless something is broken


class Call(BatchThread):
    """Calls a function, and keeps where that happened."""

    def __init__(self, function: Callable[[], object], name: str = "call") -> None:
        super().__init__(name=name)
        self.function = function
        self.ran_in: list[threading.Thread] = []

    def work(self) -> None:
        self.ran_in.append(threading.current_thread())
        self.function()


def fail(error: BaseException) -> NoReturn:
    raise error


def wait_for(event: threading.Event) -> None:
    assert event.wait(HANG)


def errors_of(batch: Sequence[BatchThread], *, workers: int, timeout: float) -> list[str]:
    with pytest.raises(BatchError) as caught:
        run_batch(batch, workers=workers, timeout=timeout)
    return [str(error) for error in caught.value.exceptions]


def test_no_name_of_the_thread_is_taken(clashes: Callable[[type], set[str]]) -> None:
    """A class that sets ``_stop`` or ``_handle`` works on one Python and breaks on another."""
    assert not clashes(BatchThread)


@pytest.mark.parametrize("workers", [1, 3, 100])
def test_every_task_runs_once_in_its_own_thread(workers: int) -> None:
    batch = [Call(lambda: None) for _ in range(20)]
    run_batch(batch, workers=workers, timeout=HANG)
    assert all(thread.ran_in == [thread] for thread in batch)


def test_as_many_as_allowed_work_at_once_and_no_more() -> None:
    lock, together, now, most = threading.Lock(), threading.Barrier(3), 0, 0

    def work() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait(HANG)  # passes only three by three
        with lock:
            now -= 1

    run_batch((Call(work) for _ in range(12)), workers=3, timeout=HANG)
    assert most == 3


def test_a_slow_thread_holds_up_no_other() -> None:
    last = threading.Event()
    quick = [Call(lambda: None) for _ in range(9)]
    run_batch([Call(partial(wait_for, last)), *quick, Call(last.set)], workers=2)


class SilentError(Exception):
    """Cannot even say what it is."""

    def __str__(self) -> str:
        raise TypeError


def test_the_errors_of_all_are_collected_in_order(caplog: pytest.LogCaptureFixture) -> None:
    """Also those that a bare Thread would not even print."""
    raised = [ValueError("broken"), SystemExit(3), KeyboardInterrupt("now"), SilentError()]
    batch = [Call(partial(fail, error), type(error).__name__) for error in raised]
    with pytest.raises(BatchError, match="4 of 5 threads failed") as caught:
        run_batch([*batch, Call(lambda: None)], workers=3, timeout=HANG)
    errors = caught.value.exceptions
    assert str(errors[0]) == "ValueError: ValueError: broken"
    assert str(errors[3]) == "SilentError: SilentError"
    assert [error.__cause__ for error in errors] == raised
    assert [error.thread for error in errors if isinstance(error, TaskError)] == batch
    assert not caplog.records  # or they would be shown twice
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301


def test_an_error_that_a_signal_handler_raises_in_a_start_goes_up() -> None:
    class TimeLimited(Call):
        def start(self) -> None:
            super().start()
            raise TimeoutError

    batch = [TimeLimited(lambda: None), Call(lambda: None)]
    with pytest.raises(TimeoutError):
        run_batch(batch)
    assert batch[0].stopping.is_set()
    assert not batch[1].ran_in


@pytest.mark.parametrize("reason", [KeyboardInterrupt, InterruptedError])
def test_errors_that_no_batch_brings_are_logged(
    caplog: pytest.LogCaptureFixture, reason: type[BaseException]
) -> None:
    """Of a thread that was started alone, and those that there were before a signal's error."""

    class Interrupted(Call):
        def start(self) -> None:
            lock = threading.Lock()
            with lock:
                lock.release()
                raise reason  # as in threading's own locks: what comes out is a RuntimeError

    alone = Call(partial(fail, ValueError()), "alone")
    alone.start()
    alone.join(HANG)
    early, last = Call(partial(fail, ValueError()), "early"), Interrupted(lambda: None)
    with pytest.raises(reason):
        run_batch([early, last], workers=1)
    assert last.stopping.is_set()  # it may well run
    assert caplog.messages == ["alone failed", "early failed"]
    errors = [record.exc_info and record.exc_info[1] for record in caplog.records]
    assert errors == [alone.error, early.error]


def test_the_deadline_asks_what_runs_to_stop_and_starts_nothing_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done, error = threading.Event(), SystemExit("late")

    def fail_late() -> None:
        wait_for(done)
        fail(error)

    batch = [Call(fail_late, "a"), Call(lambda: None, "b")]
    errors = errors_of(batch, workers=1, timeout=0.3)
    assert errors == ["a: still running after 0.3 s", "b: not started"]
    assert [thread.stopping.is_set() for thread in batch] == [True, False]
    done.set()
    assert batch[0].ended.get(timeout=HANG).error is error
    assert caplog.messages == ["a failed"]  # as no BatchError brings it
    assert not batch[1].ran_in


def test_the_deadline_holds_though_threads_end_all_the_time() -> None:
    batch = [Call(lambda: sum(range(10_000)), str(number)) for number in range(2000)]
    assert errors_of(batch, workers=2, timeout=0.05)[-1] == "1999: not started"
    assert errors_of([Call(lambda: None, "late")], workers=2, timeout=0) == ["late: not started"]


def test_what_ended_in_time_counts_though_a_slow_start_passes_the_deadline() -> None:
    class Slow(Call):
        def start(self) -> None:
            super().start()
            for thread in batch[:2]:
                thread.join(HANG)
            time.sleep(0.5)

    batch = [Call(lambda: None), Slow(lambda: None), Call(lambda: None, "late")]
    assert errors_of(batch, workers=5, timeout=0.5) == ["late: not started"]


def test_a_thread_that_cannot_be_started() -> None:
    """The cause is told, and what was started before is waited for."""
    refused = threading.Event()

    class Refused(Call):
        def start(self) -> None:
            refused.set()
            raise MemoryError("can't start new thread")

    batch = [Call(partial(wait_for, refused)), Refused(lambda: None, "b"), Call(lambda: None, "c")]
    try:
        fail(LookupError())  # one that is being handled is none of the start's
    except LookupError:
        errors = errors_of(batch, workers=10, timeout=HANG)
    assert errors == ["b: MemoryError: can't start new thread", "c: not started"]
    assert not any(thread.stopping.is_set() for thread in batch)


def test_a_thread_is_used_once() -> None:
    used, fresh = Call(lambda: None), Call(lambda: None)
    run_batch([used])
    for batch in ([fresh, used], [fresh, fresh]):
        with pytest.raises(ValueError, match="only once"):
            run_batch(batch)
    with pytest.raises(ValueError, match="at least 1"):
        run_batch([fresh], workers=0)
    assert not fresh.ran_in


def test_the_interpreter_waits_for_what_still_runs_unless_it_is_a_daemon() -> None:
    """Even if a daemon made the thread: a bare Thread would be one, too."""
    script = """
import atexit, threading
from demo.thread_batch import *

class Late(BatchThread):
    def work(self):
        self.stopping.wait()
        threading.main_thread().join()  # until the program is at its end
        print("ended")

assert Late(daemon=True).daemon
made = []
daemon = threading.Thread(target=lambda: made.append(Late(name="late")), daemon=True)
daemon.start()
daemon.join()
assert not made[0].daemon
atexit.register(print, "exit")
run_batch(made, timeout=0.3)
"""
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert (child.stdout, child.returncode) == ("ended\nexit\n", 1)
    assert "late: still running after 0.3 s" in child.stderr
