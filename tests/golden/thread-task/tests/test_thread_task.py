"""What a Task promises: nothing is lost, nothing hangs."""

from __future__ import annotations

import gc
import logging
import re
import subprocess
import sys
import threading
import time
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from weakref import finalize, ref

import pytest

from demo.thread_task import Task, stopping

MODULE = "demo.thread_task"
HANG = 10  # seconds: no test waits for them unless something is broken


def fail(error: BaseException) -> None:
    raise error


def test_the_function_gets_its_arguments_in_another_thread() -> None:
    """Positional and keyword arguments arrive, whatever they are called."""
    calls: list[object] = []

    def note(*args: object, **kwargs: object) -> str:
        calls.append((threading.current_thread(), args, kwargs))
        return "value"

    task = Task(note, 1, self=2, func=3)
    task.start()
    assert task.result(timeout=HANG) == "value"
    assert calls == [(task.thread, (1,), {"self": 2, "func": 3})]


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt])
def test_an_error_is_raised_as_often_as_somebody_asks(kind: type[BaseException]) -> None:
    """Also one that a bare Thread would not even print."""
    error = kind("broken")
    task = Task(fail, error)
    task.start()
    for _ in range(2):
        with pytest.raises(kind, match="broken"):
            task.result(timeout=HANG)
    assert task.exception() is task.error is error


def test_an_error_is_logged_if_nobody_asked_until_the_task_is_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """To wait is not to ask."""
    asked, waited = (Task(fail, ValueError(word)) for word in ("asked", "waited"))
    asked.start()
    waited.start()
    assert asked.exception(timeout=HANG)
    assert waited.wait(timeout=HANG)
    gc.collect()
    assert not caplog.records
    del asked, waited
    deadline = time.monotonic() + HANG
    while "ValueError: waited" not in caplog.text:  # as its traceback ends
        assert time.monotonic() < deadline
        gc.collect()
        time.sleep(0.001)
    assert "fail failed and nobody asked" in caplog.text
    assert "ValueError: asked" not in caplog.text


def test_the_thread_that_writes_the_log_is_freed() -> None:
    writers: list[ref[threading.Thread]] = []

    def note(_: logging.LogRecord) -> bool:
        writers.append(ref(threading.current_thread()))
        return False

    log = logging.getLogger(MODULE)
    log.addFilter(note)
    try:
        Task(fail, ValueError()).start()
        deadline = time.monotonic() + HANG
        while not writers or writers[0]() is not None:
            assert time.monotonic() < deadline
            gc.collect()
            time.sleep(0.001)
    finally:
        log.removeFilter(note)


def test_an_error_is_logged_at_once_where_nobody_is_going_to_ask(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = SystemExit(3)
    task = Task(fail, error)
    task.log_error = True
    task.start()
    assert task.wait(timeout=HANG)
    (record,) = caplog.records
    assert record.getMessage() == "fail failed: SystemExit(3)"
    assert record.exc_info == (SystemExit, error, error.__traceback__)


SIGNALS = (KeyboardInterrupt, InterruptedError)  # what their handlers raise


@pytest.mark.parametrize("reason", [*SIGNALS, TimeoutError, RuntimeError, MemoryError])
def test_a_start_that_a_signal_or_the_system_ends(reason: type[BaseException]) -> None:
    """After a signal the thread may well run; after a refusal nobody waits for it."""

    class Unlucky(threading.Thread):
        def start(self) -> None:
            if reason not in SIGNALS:
                raise reason
            lock = threading.Lock()
            with lock:
                lock.release()
                raise reason  # as in threading's own locks: what comes out is a RuntimeError

    task = Task(lambda: None)
    task.thread.__class__ = Unlucky
    try:
        fail(LookupError())  # one that is being handled is none of the start's
    except LookupError:
        with pytest.raises(reason):
            task.start()
    if reason in {*SIGNALS, TimeoutError}:
        assert not task.wait(timeout=0)
    else:
        with pytest.raises(RuntimeError, match=r"start\(\) comes before"):
            task.wait(timeout=0)


def test_a_timeout_is_told_and_the_task_goes_on_until_it_is_asked_to_stop() -> None:
    """Each task for itself, and a function outside of a task never."""
    tasks = [Task(partial(lambda: stopping().wait(HANG))) for _ in range(2)]
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
        assert task.result(timeout=HANG)
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
        return [inner.stopping, inner.result(timeout=HANG), stopping()]

    task = Task(work)
    task.start()
    inner, innermost, own = task.result(timeout=HANG)
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
    task.start()
    gc.disable()
    try:
        with suppress(ValueError):
            task.result(timeout=HANG)
        del task
        assert freed.wait(HANG)
    finally:
        gc.enable()


def test_an_error_that_nobody_asked_for_is_logged_at_exit() -> None:
    """However little time is left for it; those that were asked for or logged at once are not."""
    script = f"""
import atexit, logging, sys, time
from {MODULE} import Task

class Slow(logging.StreamHandler):
    def emit(self, record):
        time.sleep(0.05)
        assert record.exc_info[1].args[0] != 4
        super().emit(record)

logging.getLogger().addHandler(Slow())
atexit.register(print, "the log is closed", file=sys.stderr)

class Own(Task):
    def __del__(self):
        "An owner's own, as are the next."
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 1

def fail(number):
    raise ValueError(number)

tasks = [Own(fail, number) for number in range(7)]
tasks[3].thread.daemon = True
tasks[6].log_error = True
for task in tasks:
    task.start()
assert str(tasks[0].exception()) == "0"
try:
    tasks[1].result()
except ValueError:
    pass
assert tasks[2].wait()
assert tasks[3].wait()
del tasks[5], task
"""
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert sorted(re.findall("(?m)^ValueError: (.*)", child.stderr)) == ["2", "3", "5", "6"]
    assert child.stderr.count("failed and nobody asked") == 3
    assert child.stderr.endswith("the log is closed\n")


def test_the_log_is_not_written_where_a_task_is_dropped() -> None:
    """That may be inside a call of logging, which the collector interrupts: locks are held there."""
    script = f"""
import gc, logging, threading
from {MODULE} import Task

lock = threading.Lock()  # as that of the queue of a QueueHandler

class Handler(logging.Handler):
    def emit(self, record):
        with lock:
            gc.collect()
            print(record.getMessage(), threading.current_thread().daemon, flush=True)
        if record.levelno == logging.ERROR:
            raise OSError  # this has to be told to nobody

logging.getLogger().addHandler(Handler())
cycle = [Task("fail".index)]
cycle[0].start()
cycle[0].thread.join()
cycle.append(cycle)
del cycle
logging.warning("first")
"""
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert child.stderr == ""
    first, second = child.stdout.splitlines()
    assert first == "first False"
    assert re.match("index failed and nobody asked: .* True", second)


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
