"""What the program does around the work, on small works of these tests' own."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from demo.cli import importing_work, run


def divide(number: str, by: str = "2") -> float | None:
    """Nothing for 0, and the outside world fails for what is negative."""
    if number.startswith("-"):
        raise OSError("no such number")
    return float(number) / int(by) if number != "0" else None


@pytest.mark.parametrize(
    ("arguments", "code", "output", "error"),
    [
        (["3"], 0, "<1.5>\n", ""),
        (["0"], 0, "", ""),
        (["-1"], 1, "", "error: no such number\n"),
        ([], 2, "", "error: "),
        (["1", "2", "3"], 2, "", "error: "),
    ],
)
def test_the_output_and_the_exit_code(
    arguments: list[str], code: int, output: str, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a result, None, an error of the outside world, and arguments that it does not take."""
    assert run(divide, arguments, show=lambda value: f"<{value}>") == code
    out, err = capsys.readouterr()
    assert (out, err[: len(error)], err.count("\n")) == (output, error, int(code > 0))


def test_what_stdout_cannot_encode_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(divide, ["3"], show=lambda _: "caf\udce9") == 0
    assert capsys.readouterr().out == "caf\\udce9\n"


def test_an_error_of_the_code_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ZeroDivisionError):
        run(divide, ["1", "0"])
    assert not caplog.records  # or it would be shown twice


@pytest.mark.parametrize("error", [ImportError("no\ndriver"), SyntaxError("x"), KeyError("HOME")])
def test_a_work_that_cannot_be_imported_is_a_line(error: Exception) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(SystemExit) as caught, importing_work():
        raise error
    line = str(caught.value)
    assert line.startswith(f"error: the work cannot be imported: {type(error).__name__}: ")
    assert "\n" not in line


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_it_says_that_it_works_and_ctrl_c_stops_the_work() -> None:
    program = """
import sys
from demo.cli import run
from demo.thread_task import stopping

def work():
    print("cleaned up" if stopping().wait(20) else "not asked")

sys.exit(run(work, interval=0.01))
"""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=pipe, stderr=pipe, text=True
    ) as child:
        assert child.stderr is not None
        assert child.stderr.readline() == "... still working\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    assert (out, err[-12:], child.returncode) == ("cleaned up\n", "interrupted\n", 130)
