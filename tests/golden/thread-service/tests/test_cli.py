"""What the program does around the work, on a small work of these tests' own."""

from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from demo.cli import importing_work, run
from demo.thread_service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


@pytest.mark.parametrize(
    ("arguments", "messages", "code", "output", "error"),
    [
        (["12"], [2, 12], 0, "<6.0>\n", "stopped: 2 handled, 0 errors, 0 left\n"),
        ([], [0, 3], 1, "<2.0>\n", "error: ZeroDivisionError("),
        ([], map(int, ["x"]), 1, "", "error: ValueError("),
        (["-1"], [1], 1, "", "error: no such number\nfailed: 0 handled, 0 errors, 0 left\n"),
        (["0"], [1], 1, "", "error: KeyError('zero')\nfailed: 0 handled, 0 errors, 0 left\n"),
        (["many"], [], 2, "", "error: "),
        (["1", "2"], [], 2, "", "error: "),
    ],
)
def test_the_output_and_the_exit_code(
    arguments: list[str],
    messages: Iterable[int],
    code: int,
    output: str,
    error: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of success, an error of the work, the input or setup(), and arguments it does not take."""
    assert run(Divide, arguments, messages, show=lambda value: f"<{value}>") == code
    out, err = capsys.readouterr()
    assert (out, err[: len(error)]) == (output, error)


@pytest.mark.parametrize("error", [ImportError("no\ndriver"), SyntaxError("x"), KeyError("HOME")])
def test_a_work_that_cannot_be_imported_is_a_line(error: Exception) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(SystemExit) as caught, importing_work():
        raise error
    line = str(caught.value)
    assert line.startswith(f"error: the work cannot be imported: {type(error).__name__}: ")
    assert "\n" not in line


def test_what_standard_output_cannot_encode_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, encoding="ascii", newline="\n"))
    assert run(Divide, [], [2], show=lambda _: "½") == 0
    assert output.getvalue() == b"\\xbd\n"


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
        assert re.fullmatch("stopped: .*\n", child.stderr.read())


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
        assert child.wait(timeout=30) == code
        assert child.stdout.read() == "closed\n"
        assert child.stderr.read() == "stopped: 1 handled, 0 errors, 0 left\n"
