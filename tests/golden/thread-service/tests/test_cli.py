"""What the program does around the work, on a small work of these tests' own."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from demo.cli import importing_work, run
from demo.thread_service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """
import sys
from demo.cli import lines, run
from demo.thread_service import Service

class Work(Service):
    def handle(self, message):
        return message.upper()
    def teardown(self):
        print("closed")

sys.exit(run(Work, [], lines()))
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


class Divide(Service[int, float | None]):
    """Divides 6 by its messages."""

    def __init__(self, dividend: str = "6") -> None:
        super().__init__()
        self.dividend = int(dividend)

    def setup(self) -> None:
        if self.dividend < 0:
            raise OSError("no such number")
        if self.dividend == 0:
            raise KeyError("zero")

    def handle(self, message: int) -> float | None:
        return self.dividend / message if message < 10 else None


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def start() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def test_replies_are_printed_and_none_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Divide, ["12"], [2, 12]) == 0
    assert run(Divide, [], [2], show=lambda value: f"<{value}>") == 0
    out, err = capsys.readouterr()
    assert out == "6.0\n<3.0>\n"
    assert err.startswith("stopped: 2 handled, 0 errors, 0 left\n")


def test_an_error_is_a_line_and_the_next_message_is_handled(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(Divide, [], [0, 3]) == 1
    out, err = capsys.readouterr()
    assert out == "2.0\n"
    assert err.startswith("error: ZeroDivisionError(")
    assert err.endswith("stopped: 2 handled, 1 errors, 0 left\n")


def test_an_error_of_setup_or_of_the_input_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Divide, ["-1"], [1]) == 1
    assert run(Divide, ["0"], [1]) == 1
    assert run(Divide, [], map(int, ["x"])) == 1
    lines = capsys.readouterr().err.splitlines()
    failed = "failed: 0 handled, 0 errors, 0 left"
    assert lines[:4] == ["error: no such number", failed, "error: KeyError('zero')", failed]
    assert lines[4].startswith("error: ValueError(")
    assert lines[5:] == ["stopped: 0 handled, 0 errors, 0 left"]


@pytest.mark.parametrize("arguments", [["many"], ["1", "2"]])
def test_arguments_that_it_does_not_take_are_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Divide, arguments, []) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("error", [ImportError("no\ndriver"), SyntaxError("x"), KeyError("HOME")])
def test_a_work_that_cannot_be_imported_is_a_line(error: Exception) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(SystemExit) as caught, importing_work():
        raise error
    line = str(caught.value)
    assert line.startswith(f"error: the work cannot be imported: {type(error).__name__}: ")
    assert "\n" not in line


def test_standard_input() -> None:
    with start() as child:
        out, err = child.communicate("a b\n" * 3000, timeout=30)
    assert out == "A B\n" * 3000 + "closed\n"
    assert (child.returncode, err) == (0, "stopped: 3000 handled, 0 errors, 0 left\n")


@posix
def test_a_reader_that_leaves_early_ends_it_quietly() -> None:
    """As in `python -m ... | head -1`; the input need not end for that."""
    with start() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        child.stdin.write("a b\n" * 10)
        child.stdin.flush()
        assert child.wait(timeout=30) == 1
        (line,) = child.stderr.read().splitlines()
        assert line.startswith("stopped: ")


@posix
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 0)])
def test_a_signal_while_it_waits_for_input_stops_it_in_order(name: str, code: int) -> None:
    with start() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdin.write("a b\n")
        child.stdin.flush()
        assert child.stdout.readline() == "A B\n"
        child.send_signal(signal.Signals[name])
        child.wait(timeout=30)
        assert child.stdout.read() == "closed\n"
        assert child.stderr.read() == "stopped: 1 handled, 0 errors, 0 left\n"
    assert child.returncode == code
