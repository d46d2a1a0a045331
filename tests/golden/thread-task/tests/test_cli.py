"""What the program does around the work, on small works of these tests' own."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from demo.cli import importing_work, run
from demo.thread_task import stopping


def divide(number: str, by: str = "2") -> float | None:
    """Nothing for 0, and the outside world fails for what is negative."""
    if number.startswith("-"):
        raise OSError("no such number")
    return float(number) / int(by) if number != "0" else None


def test_the_result_is_printed_and_none_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(divide, ["3"]) == 0
    assert run(divide, ["0"]) == 0
    assert run(divide, ["3", "4"], show=lambda value: f"<{value}>") == 0
    assert capsys.readouterr() == ("1.5\n<0.75>\n", "")


def test_it_says_that_it_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda: stopping().wait(0.1), interval=0.01) == 0
    out, err = capsys.readouterr()
    assert (out, err[:17]) == ("False\n", "... still working")


def test_errors(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """One of the outside world is a line; one of the code keeps its traceback. Both once."""
    assert run(divide, ["-1"]) == 1
    assert capsys.readouterr().err == "error: no such number\n"
    with pytest.raises(ZeroDivisionError):
        run(divide, ["1", "0"])
    assert not caplog.records


@pytest.mark.parametrize("arguments", [[], ["1", "2", "3"]])
def test_arguments_that_it_does_not_take_are_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(divide, arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err[:7], err.count("\n")) == ("", "error: ", 1)


@pytest.mark.parametrize("error", [ImportError("no\ndriver"), SyntaxError("x"), KeyError("HOME")])
def test_a_work_that_cannot_be_imported_is_a_line(error: Exception) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(SystemExit) as caught, importing_work():
        raise error
    line = str(caught.value)
    assert line.startswith(f"error: the work cannot be imported: {type(error).__name__}: ")
    assert "\n" not in line


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_stops_the_work() -> None:
    program = """
import sys
from demo.cli import run
from demo.thread_task import stopping

def work():
    print("working", flush=True)
    stopping().wait()
    print("cleaned up")

sys.exit(run(work))
"""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=pipe, stderr=pipe, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "working\n"
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=30) == ("cleaned up\n", "interrupted\n")
    assert child.returncode == 130
