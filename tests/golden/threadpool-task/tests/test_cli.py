"""What the program does around the work, on small works of these tests' own."""

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

def stuck():
    print("working", flush=True)
    threading.Event().wait()

sys.exit(run(stuck, interval=0.1) if sys.argv[1:] else run(lambda: "A" * 100_000))
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals, or a pipe's error there")


def start(*arguments: str) -> subprocess.Popen[str]:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)


def divide(number: str, by: str = "2") -> float | None:
    """Nothing for 0."""
    return float(number) / int(by) if number != "0" else None


def test_the_result_is_printed_and_none_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(divide, ["3"]) == 0
    assert run(divide, ["0"]) == 0
    assert run(divide, ["3", "4"], show=lambda value: f"<{value}>") == 0
    assert capsys.readouterr() == ("1.5\n<0.75>\n", "")


def test_an_error_is_a_line_and_not_logged(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Arguments that it does not take are wrong usage."""
    assert [run(divide, arguments) for arguments in (["x"], [], ["1", "2", "3"])] == [1, 2, 2]
    out, err = capsys.readouterr()
    assert (out, err.count("error: "), err.count("\n")) == ("", 3, 3)
    assert not caplog.records


def test_it_says_that_it_works(capsys: pytest.CaptureFixture[str]) -> None:
    gate = threading.Event()
    assert run(gate.wait, [0.1], interval=0.01) == 0
    out, err = capsys.readouterr()
    assert (out, err[:17]) == ("False\n", "... still working")


def test_text_that_stdout_cannot_encode_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda: "caf\udce9") == 1
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
def test_ctrl_c_does_not_wait() -> None:
    with start("stuck") as program:
        assert program.stderr is not None
        line = program.stderr.readline()
        assert line == "... still working\n"
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=30)
    assert (out, err.replace(line, "")) == ("working\n", "")
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
