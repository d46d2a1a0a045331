"""What a task promises: its result or its error arrives, and it is never cut off unasked."""

from __future__ import annotations

import subprocess
import sys
import threading
import weakref
from typing import NoReturn

import pytest

from demo.threadpool_task import Task


def fail(error: BaseException) -> NoReturn:
    raise error


def run_script(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_status_and_result_and_a_timeout_that_ends_the_waiting_only() -> None:
    gate = threading.Event()
    task = Task(gate.wait)
    assert not task.ready()
    assert not task.wait(timeout=0)
    with pytest.raises(ValueError, match="not ready"):
        task.successful()
    with pytest.raises(TimeoutError):
        task.get(timeout=0)
    gate.set()
    assert task.wait()
    assert task.ready()
    assert (task.get(), task.error()) == (True, None)
    assert task.successful()
    assert Task(int, "ff", base=16).get() == 255


@pytest.mark.parametrize("error", [TimeoutError("of work"), SystemExit(3), KeyboardInterrupt()])
def test_error_is_raised_by_get_and_returned_by_error(error: BaseException) -> None:
    """One that would end the thread, and leave who waits waiting, as the cause of another."""
    task = Task(fail, error)
    with pytest.raises((TimeoutError, RuntimeError), match=r"of work|the task raised") as caught:
        task.get(timeout=30)
    assert task.error() is caught.value
    assert error in (caught.value, caught.value.__cause__)
    assert not task.successful()


def test_error_that_nobody_asks_about_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    Task(fail, ValueError("asked")).error()
    task = Task(fail, ValueError("not asked"))
    task.wait()
    task.ready()
    assert caplog.text == ""
    dropped = threading.Event()
    weakref.finalize(task, dropped.set)
    del task
    assert dropped.wait(timeout=10)
    assert "ValueError: not asked" in caplog.text  # as its traceback ends


def test_interpreter_exit_waits_unless_abandoned_and_logs_what_nobody_asked_about() -> None:
    result = run_script("""
import threading, time
from demo.threadpool_task import Task

def work():
    threading.main_thread().join()  # until the interpreter exits
    time.sleep(0.2)  # if it did not wait, it would be gone by then
    print("finished")

Task(work)
Task(threading.Event().wait).abandon()
failed = Task(int, "nonsense")
""")
    assert (result.stdout, result.returncode) == ("finished\n", 0)
    assert "nobody asked: ValueError" in result.stderr
