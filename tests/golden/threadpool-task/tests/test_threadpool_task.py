"""What a task promises: its result or its error arrives, and it is never cut off unasked."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from multiprocessing.pool import ThreadPool
from typing import NoReturn

import pytest

from demo.threadpool_task import Task


def fail(error: BaseException) -> NoReturn:
    raise error


def run_script(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_result_with_arguments() -> None:
    task = Task(int, "ff", base=16)
    assert task.get() == 255
    assert task.error() is None
    assert task.ready()
    assert task.successful()


def test_status_and_timeouts_while_it_runs() -> None:
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
    assert task.get() is True


def test_error_is_raised_by_get_and_returned_by_error() -> None:
    error = TimeoutError("of the task, not of get()")
    task = Task(fail, error)
    with pytest.raises(TimeoutError, match="of the task"):
        task.get(timeout=30)
    assert task.error() is error
    assert not task.successful()


@pytest.mark.parametrize("escape", [SystemExit(3), KeyboardInterrupt()])
def test_system_exit_is_an_error_and_does_not_hang(escape: BaseException) -> None:
    with pytest.raises(RuntimeError) as caught:
        Task(fail, escape).get()
    assert caught.value.__cause__ is escape


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


def test_task_whose_handle_is_dropped_is_finished() -> None:
    gate, ended = threading.Event(), threading.Event()

    def work() -> None:
        gate.wait()
        ended.set()

    Task(work)
    gc.collect()
    gate.set()
    assert ended.wait(timeout=30)


def pools() -> set[int]:
    gc.collect()
    return {id(thing) for thing in gc.get_objects() if type(thing) is ThreadPool}


def test_finished_task_leaves_nothing_behind() -> None:
    threads_before, pools_before = set(threading.enumerate()), pools()
    Task(int).get()
    for thread in set(threading.enumerate()) - threads_before:
        thread.join()
    assert pools() <= pools_before


def test_thread_that_cannot_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> NoReturn:
        raise RuntimeError("no more threads")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError, match="no more threads"):
        Task(int)


def test_interpreter_exit_waits_for_the_task() -> None:
    result = run_script("""
import threading, time
from demo.threadpool_task import Task

def work():
    threading.main_thread().join()  # until the interpreter exits
    time.sleep(0.3)  # if it did not wait, it would be gone by then
    print("finished")

Task(work)
""")
    assert (result.stdout, result.stderr) == ("finished\n", "")


def test_interpreter_exit_logs_an_error_that_nobody_asked_about() -> None:
    result = run_script("""
from demo.threadpool_task import Task

task = Task(int, "nonsense")
""")
    assert "nobody asked: ValueError" in result.stderr


def test_interpreter_exit_does_not_wait_for_an_abandoned_task() -> None:
    result = run_script("""
import threading
from demo.threadpool_task import Task

Task(threading.Event().wait).abandon()
""")
    assert (result.returncode, result.stderr) == (0, "")
