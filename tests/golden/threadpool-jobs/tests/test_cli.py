"""What the program does around the work, on small tasks of these tests' own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from demo.cli import importing_work, run

PROGRAM = """
import sys, threading
from demo.cli import run

def stuck(text):
    print("working", flush=True)
    threading.Event().wait()

sys.exit(run({"stuck": stuck} if sys.argv[1:] else {"upper": lambda: "A" * 100_000}, sys.argv[1:]))
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals, or a pipe's error there")


def start(*arguments: str) -> subprocess.Popen[str]:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)


def test_every_task_runs_on_every_item(capsys: pytest.CaptureFixture[str]) -> None:
    """A result that is None is not printed; a failure is a line and does not stop the others."""
    tasks = {"int": int, "upper": str.upper, "none": lambda _: None}
    assert run(tasks, ["x", "1"], show=repr) == 1
    out, err = capsys.readouterr()
    assert sorted(out.splitlines()) == ["1: int: 1", "1: upper: '1'", "x: upper: 'X'"]
    assert err.startswith("x: int: ValueError: ")
    assert err.count("\n") == 1


def test_tasks_run_side_by_side_and_once_without_items(capsys: pytest.CaptureFixture[str]) -> None:
    together = threading.Barrier(40, timeout=10)
    assert run(dict.fromkeys(map(str, range(40)), together.wait), [], workers=40) == 0
    assert len(capsys.readouterr().out.splitlines()) == 40


def test_no_tasks_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run({}, ["a"]) == 2
    assert capsys.readouterr() == ("", "error: there is nothing to run: TASKS is empty\n")


def test_text_that_stdout_cannot_encode_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run({"name": lambda: "caf\udce9"}, []) == 1
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("error", [ImportError("no\ndriver"), SyntaxError("x"), KeyError("HOME")])
def test_a_work_that_cannot_be_imported_is_a_line(error: Exception) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(SystemExit) as caught, importing_work():
        raise error
    line = str(caught.value)
    assert line.startswith(f"error: the work cannot be imported: {type(error).__name__}: ")
    assert "\n" not in line


@posix
def test_ctrl_c_does_not_wait_for_running_tasks() -> None:
    with start("a") as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "working\n"
        program.send_signal(signal.SIGINT)
        assert program.communicate(timeout=30) == ("", "")
    assert program.returncode == 130


@posix
def test_a_reader_that_leaves_early_is_no_error() -> None:
    """As in `python -m ... | head -1`."""
    with start() as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        assert program.stderr.read() == ""
    assert program.returncode == 1
