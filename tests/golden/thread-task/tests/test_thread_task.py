"""What a Task promises: nothing is lost, nothing hangs."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
import threading
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from weakref import finalize

import pytest

from demo.thread_task import Task, stopping

MODULE = "demo.thread_task"


def test_the_function_gets_its_arguments_in_another_thread() -> None:
    """Positional and keyword arguments arrive, whatever they are called."""
    calls: list[object] = []

    def note(*args: object, **kwargs: object) -> str:
        calls.append((threading.current_thread(), args, kwargs))
        return "value"

    task = Task(note, 1, self=2, func=3)
    task.start()
    assert task.result(timeout=30) == "value"
    assert calls == [(task.thread, (1,), {"self": 2, "func": 3})]


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("caller", ["waits", "says it will ask", "does neither"])
def test_an_error_is_raised_to_whoever_asks_and_logged_if_nobody_seems_to(
    kind: type[BaseException], caller: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Also one that a bare Thread would not even print."""
    error, gate = kind("broken"), threading.Event()

    def fail() -> None:
        assert gate.wait(30)
        raise error

    task = Task(fail)
    if caller == "says it will ask":
        task.log_error = False
    task.start()
    if caller == "waits":
        assert not task.wait(timeout=0)
    assert task.log_error is (caller == "does neither")
    gate.set()
    task.thread.join(30)
    logged = [(record.getMessage(), record.exc_info) for record in caplog.records]
    details = (kind, error, error.__traceback__)
    assert logged == ([("fail failed", details)] if caller == "does neither" else [])
    for _ in range(2):  # as often as you ask
        with pytest.raises(kind, match="broken"):
            task.result(timeout=30)
    assert task.exception() is task.error is error


@pytest.mark.parametrize("reason", [KeyboardInterrupt, TimeoutError, RuntimeError, MemoryError])
def test_a_start_that_a_signal_or_the_system_ends(reason: type[BaseException]) -> None:
    """After a signal the thread may well run; after a refusal nobody waits for it."""

    class Unlucky(threading.Thread):
        def start(self) -> None:
            if reason is not KeyboardInterrupt:
                raise reason
            error = RuntimeError("release unlocked lock")
            error.__context__ = KeyboardInterrupt()  # as it comes out of threading's own locks
            raise error

    task = Task(lambda: None)
    task.thread.__class__ = Unlucky
    with pytest.raises(reason):
        task.start()
    if reason in {KeyboardInterrupt, TimeoutError}:
        assert not task.wait(timeout=0)
    else:
        with pytest.raises(RuntimeError, match=r"start\(\) comes before"):
            task.wait(timeout=0)


def test_a_timeout_is_told_and_the_task_goes_on_until_it_is_asked_to_stop() -> None:
    """Each task for itself, and a function outside of a task never."""
    tasks = [Task(partial(lambda: stopping().wait(30))) for _ in range(2)]
    for task in tasks:
        with pytest.raises(RuntimeError, match=r"start\(\) comes before"):
            task.wait(timeout=0)
        task.start()
        with pytest.raises(RuntimeError, match="once"):
            task.start()
    for task in tasks:
        with pytest.raises(TimeoutError, match="task still runs after 0 s"):
            task.result(timeout=0)
        task.stopping.set()
        assert task.result(timeout=30)
        assert task.wait(timeout=0)
        assert task.exception() is None
    stopping().set()
    assert not stopping().is_set()


def test_stopping_belongs_to_the_innermost_task_and_goes_along_with_its_context() -> None:
    found: list[threading.Event] = []

    def work() -> list[threading.Event]:
        inner = Task(stopping)
        inner.start()
        helper = threading.Thread(
            target=copy_context().run, args=(lambda: found.append(stopping()),)
        )
        helper.start()
        helper.join()
        return [inner.stopping, inner.result(timeout=30), stopping()]

    task = Task(work)
    task.start()
    inner, innermost, own = task.result(timeout=30)
    assert inner is innermost
    assert [own] == found == [task.stopping]


def test_what_failed_is_freed_with_its_handle() -> None:
    """Without the collector, which may come late: a function's variables can be large."""

    class Large:
        pass

    freed = threading.Event()

    def fail() -> None:
        large = Large()
        finalize(large, freed.set)
        raise ValueError

    task = Task(fail)
    task.log_error = False
    task.start()
    gc.disable()
    try:
        with suppress(ValueError):
            task.result(timeout=30)
        del task
        assert freed.wait(30)
    finally:
        gc.enable()


def test_an_error_that_nobody_asked_for_is_logged_at_exit() -> None:
    """Though somebody said that they would; those that were asked for are not."""
    script = f"""
import atexit, logging, sys
from {MODULE} import Task

def filter(record):
    return record.exc_info[1].args[0] != 4 or broken

logging.getLogger("{MODULE}").addFilter(filter)
atexit.register(print, "the log is closed", file=sys.stderr)

def fail(number):
    raise ValueError(number)

tasks = [Task(fail, number) for number in range(5)]
for task in tasks:
    task.log_error = False
    task.start()
assert str(tasks[0].exception()) == "0"
try:
    tasks[1].result()
except ValueError:
    pass
assert all(task.wait() for task in tasks)
"""
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert sorted(re.findall("(?m)^ValueError: (.*)", child.stderr)) == ["2", "3"]
    assert child.stderr.count("fail failed, and nobody asked\nTraceback") == 2
    assert child.stderr.endswith("the log is closed\n")


def test_the_interpreter_waits_for_the_end() -> None:
    """Even if a daemon made the task: a bare Thread would be one, too."""
    script = f"""
import atexit, threading
from {MODULE} import Task

def work():
    threading.main_thread().join()  # until the program is at its end
    print("ended")

atexit.register(print, "exit")
daemon = threading.Thread(target=lambda: Task(work).start(), daemon=True)
daemon.start()
daemon.join()
"""
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert (child.stdout, child.stderr, child.returncode) == ("ended\nexit\n", "", 0)
