"""What a Task promises: nothing is lost, nothing hangs."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from functools import partial

import pytest

from demo.thread_task import Task, stopping

MODULE = "demo.thread_task"


def started(task: Task[object]) -> Task[object]:
    task.start()
    return task


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
    assert task.result(timeout=5) == "value"
    assert calls == [(task.thread, (1,), {"self": 2, "func": 3})]
    assert task.thread is not threading.current_thread()
    assert task.error is None


def test_a_function_without_a_name_will_do() -> None:
    task = started(Task(partial(int, "7")))
    assert task.result(timeout=5) == 7


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt])
def test_an_error_is_raised_to_whoever_waits(
    kind: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    """Also one that a bare Thread would not even print."""
    error, gate = kind("broken"), threading.Event()

    def fail_late() -> None:
        gate.wait(5)
        raise error

    task = Task(fail_late)
    task.start()
    assert not task.wait(timeout=0)
    gate.set()
    for _ in range(2):  # as often as you ask
        with pytest.raises(kind, match="broken"):
            task.result(timeout=5)
    assert task.error is error
    assert not caplog.records


def test_an_error_that_nobody_waits_for_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    task = Task(fail, SystemExit("broken"))
    task.start()
    task.thread.join(5)
    (record,) = caplog.records
    assert (record.name, record.levelno) == (MODULE, logging.ERROR)
    assert record.exc_info is not None
    assert record.exc_info[1] is task.error


def test_it_can_be_asked_to_stop() -> None:
    """Each task for itself, and a function outside of a task never."""
    tasks = [Task(lambda: stopping().wait(5)) for _ in range(2)]
    for task in tasks:
        task.start()
        task.stopping.set()
        assert task.result(timeout=5)
    stopping().set()
    assert not stopping().is_set()


def test_a_timeout_is_told_and_the_task_goes_on() -> None:
    gate = threading.Event()
    task = started(Task(gate.wait))
    assert not task.wait(timeout=0)
    with pytest.raises(TimeoutError, match="wait still runs after 0 s"):
        task.result(timeout=0)
    gate.set()
    task.result(timeout=5)
    assert task.wait(timeout=0)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_while_waiting_leaves_a_task_that_can_be_waited_for() -> None:
    """Thread.join() would take it for dead (gh-90882)."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    main_thread, waiting, gate = threading.get_ident(), threading.Event(), threading.Event()

    def interrupt() -> None:
        waiting.wait(5)
        signal.pthread_kill(main_thread, signal.SIGINT)
        gate.wait(5)

    task = started(Task(interrupt))
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it may come before wait() or inside it
        waiting.set()
        while not task.wait(timeout=0.1):
            pass
    assert not task.wait(timeout=0)
    assert task.thread.is_alive()
    gate.set()
    assert task.wait(timeout=5)


def test_it_starts_once_and_waits_only_then() -> None:
    task = Task(int)
    with pytest.raises(RuntimeError, match=r"start\(\) comes before"):
        task.wait()  # and does not hang
    task.start()
    with pytest.raises(RuntimeError, match="once"):
        task.start()
    assert task.wait(timeout=5)


def test_a_thread_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cause is raised where it happens, and a wait does not hang."""

    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    task = Task(int)
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    with pytest.raises(RuntimeError, match="can't start"):
        task.start()
    with pytest.raises(RuntimeError, match=r"start\(\) comes before"):
        task.result()


def test_it_is_no_daemon_unless_asked() -> None:
    """Not even when a daemon makes it: a bare Thread would inherit that."""
    tasks: list[Task[int]] = []
    daemon = threading.Thread(target=lambda: tasks.append(Task(int)), daemon=True)
    daemon.start()
    daemon.join(5)
    assert not tasks[0].thread.daemon


@pytest.mark.parametrize(("daemon", "output"), [(False, "cleaned up\n"), (True, "")])
def test_the_interpreter_waits_unless_it_is_a_daemon(daemon: bool, output: str) -> None:
    script = f"""
import threading
from {MODULE} import Task

def work(leaving, up):
    try:
        up.set()
        leaving.wait()
    finally:
        print("cleaned up")

up, leaving = threading.Event(), threading.Event()
task = Task(work, leaving, up)
task.thread.daemon = {daemon}
task.start()
up.wait()
if not {daemon}:
    threading.Timer(0.05, leaving.set).start()
"""
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert (child.stdout, child.stderr, child.returncode) == (output, "", 0)
