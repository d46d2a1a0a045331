"""What the program does around the work, on a small work of these tests' own."""

from __future__ import annotations

import signal
import subprocess
import sys

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


def test_all_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Wait, ["0"] * 5, workers=2) == 0
    assert capsys.readouterr() == ("5 of 5 done\n", "")


def test_a_failure_is_a_line_and_the_rest_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Wait, ["-1", "0", "0"]) == 1
    assert capsys.readouterr() == ("2 of 3 done\n", "error: wait -1: OSError: in the past\n")


def test_the_timeout_stops_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Wait, ["30", "0"], timeout=0.1) == 1
    assert capsys.readouterr().err == "error: wait 30: still running after 0.1 s\n"


@pytest.mark.parametrize("items", [["soon"], [None]])
def test_arguments_that_it_does_not_take_are_wrong_usage(
    items: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Wait, items) == 2
    assert capsys.readouterr().err.startswith("error: ")


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
from demo.thread_batch import BatchThread

class Work(BatchThread):
    def work(self):
        print("working", flush=True)
        self.stopping.wait()
        print("cleaned up")

sys.exit(run(lambda item: Work(), ["an item"]))
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
