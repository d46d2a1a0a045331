"""What a Task promises: nothing is lost, nothing hangs."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from functools import partial

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
    assert task.result(timeout=5) == "value"
    assert calls == [(task.thread, (1,), {"self": 2, "func": 3})]


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("asked", [True, False])
def test_an_error_is_raised_to_whoever_waits_and_logged_if_nobody_does(
    kind: type[BaseException], asked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Also one that a bare Thread would not even print."""
    error, gate = kind("broken"), threading.Event()

    def fail() -> None:
        assert gate.wait(5)
        raise error

    task = Task(fail)
    task.start()
    if asked:
        assert not task.wait(timeout=0)
    gate.set()
    task.thread.join(5)
    logged = [(record.name, record.levelno, record.exc_info) for record in caplog.records]
    details = (kind, error, error.__traceback__)
    assert logged == ([] if asked else [(MODULE, logging.ERROR, details)])
    for _ in range(2):  # as often as you ask
        with pytest.raises(kind, match="broken"):
            task.result(timeout=5)
    assert task.error is error


def test_a_timeout_is_told_and_the_task_goes_on_until_it_is_asked_to_stop() -> None:
    """Each task for itself, and a function outside of a task never."""
    tasks = [Task(partial(lambda: stopping().wait(5))) for _ in range(2)]
    for task in tasks:
        with pytest.raises(RuntimeError, match=r"start\(\) comes before"):
            task.wait()  # and does not hang
        task.start()
    for task in tasks:
        with pytest.raises(TimeoutError, match="task still runs after 0 s"):
            task.result(timeout=0)
        task.stopping.set()
        assert task.result(timeout=5)
        assert task.wait(timeout=0)
    stopping().set()
    assert not stopping().is_set()


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
