"""What a task promises: its result or its error arrives, and it is never cut off unasked."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import sysconfig
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.pool import ThreadPool
from typing import NoReturn

import pytest

from demo.threadpool_task import Task

HANG = 10  # seconds: no test waits for them unless something is broken


def fail(error: BaseException) -> NoReturn:
    raise error


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline
        gc.collect()
        time.sleep(0.001)


def run_script(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_status_and_result_and_a_timeout_that_ends_the_waiting_only() -> None:
    gate, before = threading.Event(), threading.active_count()
    task = Task(gate.wait, HANG)
    assert threading.active_count() <= before + 4  # as docs/WHY.md says
    assert not task.ready()
    assert not task.wait(timeout=0)
    with pytest.raises(ValueError, match="not ready"):
        task.successful()
    with pytest.raises(TimeoutError, match="after 0 s"):
        task.get(timeout=0)
    gate.set()
    assert task.wait()
    assert task.ready()
    assert (task.get(), task.exception()) == (True, None)
    assert task.successful()
    assert Task(int, "ff", base=16).get() == 255


@pytest.mark.parametrize("error", [TimeoutError("of work"), SystemExit(3), KeyboardInterrupt()])
def test_error_is_raised_by_get_and_returned_by_exception(error: BaseException) -> None:
    """Be it one that would end the thread, and leave who waits waiting."""
    task = Task(fail, error)
    with pytest.raises(type(error)) as caught:
        task.get(timeout=HANG)
    assert caught.value is error
    assert task.exception() is error
    assert task.error() is error
    assert not task.successful()


def test_error_that_nobody_asks_about_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    Task(fail, ValueError("asked")).exception()
    task = Task(fail, ValueError("not asked"))
    task.wait()
    task.ready()
    gc.collect()
    assert caplog.text == ""
    task.hand_over()  # as the exit does, and not once more when it is dropped
    del task
    Task(fail, ValueError("last"))
    wait_until(lambda: "ValueError: last" in caplog.text)  # as its traceback ends
    assert [caplog.text.count(f"ValueError: {word}") for word in ("asked", "not asked")] == [0, 1]


def test_log_is_not_written_where_a_handle_is_dropped() -> None:
    """That may be inside a call of logging, which the collector interrupts: locks are held there."""
    result = run_script("""
import gc, logging, threading
from demo.threadpool_task import Task

lock = threading.Lock()  # as that of the queue of a QueueHandler

class Handler(logging.Handler):
    def emit(self, record):
        with lock:
            gc.collect()
            print(record.getMessage(), threading.current_thread().daemon, flush=True)
        if record.levelno == logging.ERROR:
            raise OSError  # this has to be told to nobody

logging.getLogger().addHandler(Handler())
cycle = [Task(int, "nonsense")]
cycle[0].wait()
cycle.append(cycle)
del cycle
logging.warning("first")
""")
    assert result.stderr == ""
    first, second = result.stdout.splitlines()
    assert first == "first False"
    assert second.startswith("a task failed and nobody asked: ValueError")
    assert second.endswith(" True")  # the collector cannot wait for the start of another kind


@pytest.mark.skipif(sysconfig.get_config_var("Py_GIL_DISABLED") == 1, reason="frees later")
def test_error_that_was_raised_keeps_nothing_alive() -> None:
    class Big:
        pass

    def fail_with_much_in_hand(big: Big) -> None:
        refs.append(weakref.ref(big))
        raise ValueError

    refs: list[weakref.ref[Big]] = []
    gc.disable()  # which would free it at some time
    try:
        with suppress(ValueError):
            Task(lambda: fail_with_much_in_hand(Big())).get()
        deadline = time.monotonic() + HANG
        while refs[0]() is not None:  # the thread has it until it ends
            assert time.monotonic() < deadline
            time.sleep(0.001)
    finally:
        gc.enable()


def test_ended_task_leaves_nothing_behind_and_neither_does_its_log() -> None:
    def left() -> list[object]:
        return [it for it in gc.get_objects() if type(it) in {ThreadPool, threading.Thread}]

    before = left()
    assert Task(int).get() == 0
    Task(int, "nonsense").wait()
    wait_until(lambda: len(left()) == len(before))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_process_does_not_wait_for_a_task_that_runs_elsewhere() -> None:
    result = run_script("""
import os, sys, threading
from demo.threadpool_task import Task

gate = threading.Event()
task = Task(gate.wait)
if os.fork() == 0:
    try:
        task.get()
    except RuntimeError as error:
        sys.exit(str(error))
gate.set()
print(os.waitstatus_to_exitcode(os.wait()[1]), task.get())
""")
    assert result.stdout == "1 True\n"
    assert "forked process" in result.stderr


def test_interpreter_exit_waits_unless_abandoned_and_logs_what_nobody_asked_about() -> None:
    result = run_script("""
import logging, threading, time
from demo.threadpool_task import Task

class Slow(logging.StreamHandler):
    def emit(self, record):
        time.sleep(0.1)
        super().emit(record)

def work():
    threading.main_thread().join()  # until the interpreter exits
    time.sleep(0.2)  # if it did not wait, it would be gone by then
    print("finished")

Task(work)
Task(threading.Event().wait).abandon()
logging.getLogger().addHandler(Slow())
Task(int, "dropped")
failed = Task(int, "kept")
""")
    assert (result.stdout, result.returncode) == ("finished\n", 0)
    errors = [line.split()[-1] for line in result.stderr.splitlines() if "nobody asked" in line]
    assert sorted(errors) == ["'dropped'\")", "'kept'\")"]
