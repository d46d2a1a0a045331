"""What a batch promises: nothing is lost, nothing hangs."""

from __future__ import annotations

import dis
import inspect
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from demo.thread_batch import BatchError, BatchThread, TaskError, run_batch
from demo.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What threading.Thread keeps for itself, on any Python from 3.10 to 3.14.
THREADS_OWN = {
    *("_after_fork", "_args", "_bootstrap", "_bootstrap_inner", "_context", "_daemonic", "_delete"),
    *("_handle", "_ident", "_initialized", "_invoke_excepthook", "_is_stopped", "_kwargs", "_name"),
    *("_native_id", "_os_thread_handle", "_reset_internal_locks", "_set_ident", "_set_native_id"),
    *("_set_os_name", "_set_tstate_lock", "_started", "_stderr", "_stop", "_target"),
    *("_tstate_lock", "_wait_for_tstate_lock"),
    *dir(threading.Thread),
    *vars(threading.Thread()),
}


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


def errors_of(batch: Sequence[BatchThread], *, at_once: int, timeout: float) -> list[str]:
    with pytest.raises(BatchError) as caught:
        run_batch(batch, at_once=at_once, timeout=timeout)
    return [str(error) for error in caught.value.exceptions]


def names_set_by(cls: type) -> set[str]:
    """Its methods and class attributes, and every attribute that its methods assign."""
    functions = filter(inspect.isfunction, vars(cls).values())
    return set(vars(cls)) | {
        instruction.argval
        for function in functions
        for instruction in dis.get_instructions(function)
        if instruction.opname == "STORE_ATTR"
    }


@pytest.mark.parametrize(
    ("cls", "taken"),
    [
        (BatchThread, THREADS_OWN - {"run"}),
        (Work, THREADS_OWN | names_set_by(BatchThread) - {"work", "_abc_impl"}),
    ],
)
def test_no_attribute_replaces_one_of_the_base_class(cls: type, taken: set[str]) -> None:
    """A subclass that sets ``_stop`` or ``_handle`` works on one Python and breaks on another."""
    assert not {name for name in names_set_by(cls) & taken if not name.startswith("__")}


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_every_task_runs_once_in_its_own_thread(at_once: int) -> None:
    batch = [Call(lambda: None) for _ in range(20)]
    run_batch(batch, at_once=at_once, timeout=5)
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

    run_batch((Call(work) for _ in range(12)), at_once=3, timeout=5)
    assert most == 3


def test_a_slow_thread_holds_up_no_other() -> None:
    last = threading.Event()
    batch = [Call(lambda: last.wait(5)), *(Call(lambda: None) for _ in range(9)), Call(last.set)]
    run_batch(batch, at_once=2)
    assert all(thread.error is None for thread in batch)


def test_the_errors_of_all_are_collected_in_order() -> None:
    """Also those that a bare Thread would not even print; the others run all the same."""
    raised = [ValueError("broken"), SystemExit(3), KeyboardInterrupt("now")]
    batch = [failing(error, f"no{n}") for n, error in enumerate(raised)]
    good = Call(lambda: None)
    with pytest.raises(BatchError, match="3 of 4 threads failed") as caught:
        run_batch([*batch, good], at_once=1, timeout=5)
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
    assert errors_of(batch, at_once=2, timeout=0) == [
        "a: still running after 0 s",
        "b: still running after 0 s",
        "c: not started",
    ]
    assert [thread.stopping.is_set() for thread in batch] == [True, True, False]
    assert not batch[2].is_alive()


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
    assert errors_of(batch, at_once=10, timeout=5) == [
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
        run_batch([*running, never], at_once=2)
    assert all(thread.stopping.is_set() for thread in running)
    assert not never.ran_in


def test_a_thread_is_used_once() -> None:
    used, fresh = Call(lambda: None), Call(lambda: None)
    run_batch([used])
    for batch in ([fresh, used], [fresh, fresh]):
        with pytest.raises(ValueError, match="only once"):
            run_batch(batch)
    with pytest.raises(ValueError, match="at least 1"):
        run_batch([fresh], at_once=0)
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

run_batch([Patient(name="slow")], timeout=0)
"""
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert (child.stdout, child.returncode) == ("cleaned up\n", 1)
    assert "slow: still running after 0 s" in child.stderr
