"""What the program does around the work, on a small work of these tests' own."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest

from demo.cli import importing_work, run
from demo.thread_batch import BatchThread


class Wait(BatchThread):
    """Waits for so many seconds."""

    def __init__(self, seconds: str) -> None:
        super().__init__(name=f"wait {seconds}")
        self.seconds = float(seconds)

    def work(self) -> None:
        if self.seconds < 0:
            raise OSError("in the past")
        self.stopping.wait(self.seconds)


@pytest.mark.parametrize(
    ("items", "code", "output", "error"),
    [
        (["0"] * 5, 0, "5 of 5 done\n", ""),
        (["-1", "0", "0"], 1, "2 of 3 done\n", "error: wait -1: OSError: in the past\n"),
        (["30"], 1, "0 of 1 done\n", "error: wait 30: "),
        (["soon"], 2, "", "error: "),
        ([None], 2, "", "error: "),
    ],
)
def test_the_output_and_the_exit_code(
    items: list[Any], code: int, output: str, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of success, a failure, the timeout, and arguments that it does not take."""
    assert run(Wait, items, workers=2, timeout=0.2 if items == ["30"] else None) == code
    out, err = capsys.readouterr()
    assert (out, err[: len(error)], err.count("\n")) == (output, error, int(code > 0))


@pytest.mark.parametrize("error", [ImportError("no\ndriver"), SyntaxError("x"), KeyError("HOME")])
def test_a_work_that_cannot_be_imported_is_a_line(error: Exception) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(SystemExit) as caught, importing_work():
        raise error
    line = str(caught.value)
    assert line.startswith(f"error: the work cannot be imported: {type(error).__name__}: ")
    assert "\n" not in line


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_stops_what_works_and_starts_nothing_more() -> None:
    program = """
import os, sys
from demo.cli import run
from demo.thread_batch import BatchThread

class Work(BatchThread):
    def work(self):
        os.write(1, b"working\\n")  # in one go, for two may do so at once
        if self.stopping.wait(20):
            os.write(1, b"cleaned up\\n")

sys.exit(run(lambda item: Work(), range(3), workers=2))
"""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=pipe, stderr=pipe, text=True
    ) as child:
        assert child.stdout is not None
        assert [child.stdout.readline() for _ in range(2)] == ["working\n"] * 2
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=30) == ("cleaned up\n" * 2, "interrupted\n")
    assert child.returncode == 130
