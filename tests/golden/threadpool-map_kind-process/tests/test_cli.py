"""What the program does around the work, on small works of these tests' own."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from demo.cli import importing_work, lines, run

HANG = 30  # seconds: no test waits for them unless something is broken
Where: TypeAlias = dict[str, Any]


@pytest.fixture
def where() -> Where:
    """What every call here is given."""
    return {"workers": 1}


PROGRAM = """
import sys
from demo.cli import lines, run

def work(text):
    return open(text).read() if text.startswith("/") else text.upper()

if __name__ == "__main__":
    sys.exit(run(work, sys.argv[1:] or lines()))
"""
needs_posix = pytest.mark.skipif(os.name != "posix", reason="signals, or a pipe's error there")


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    """A command that runs a small work: a file, as a worker may have to import it."""
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return [sys.executable, str(path)]


@contextmanager
def start(*command: str) -> Iterator[subprocess.Popen[str]]:
    """Start a program, and end it should a test fail before it does, or take too long."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        alarm = threading.Timer(HANG, child.kill)
        alarm.start()
        try:
            yield child
        finally:
            alarm.cancel()
            child.kill()
            alarm.join()


def half(number: int) -> float | None:
    """Nothing for 0."""
    return number / 2 if number else None


def test_results_are_printed_and_none_is_not(
    where: Where, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(half, range(3), **where) == 0
    assert run(half, [1], show=lambda value: f"<{value}>", **where) == 0
    out, err = capsys.readouterr()
    assert (sorted(out.splitlines()), err) == (["0.5", "1.0", "<0.5>"], "")


def test_an_error_is_a_line_and_does_not_stop_the_others(
    where: Where, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(int, ["1", "x", "2"], **where) == 1
    out, err = capsys.readouterr()
    assert sorted(out.splitlines()) == ["1", "2"]
    assert err.startswith("x: ValueError(")
    assert err.count("\n") == 1


def test_an_error_of_the_input_comes_last(where: Where, capsys: pytest.CaptureFixture[str]) -> None:
    def items() -> Iterator[str]:
        yield "1"
        raise OSError("disk gone")

    assert run(int, items(), **where) == 1
    assert capsys.readouterr() == ("1\n", "error: disk gone\n")


@pytest.mark.parametrize("error", [ImportError("no\ndriver"), SyntaxError("x"), KeyError("HOME")])
def test_a_work_that_cannot_be_imported_is_a_line(error: Exception) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(SystemExit) as caught, importing_work():
        raise error
    line = str(caught.value)
    assert line.startswith(f"error: the work cannot be imported: {type(error).__name__}: ")
    assert "\n" not in line


def test_input_is_read_in_the_callers_thread(
    where: Where, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sqlite cursor, for one, refuses to be read in another. Only lines() are."""

    def items() -> Iterator[str]:
        yield threading.current_thread().name

    assert run(str, items(), **where) == 0
    assert capsys.readouterr().out == "MainThread\n"


@pytest.mark.parametrize(
    ("text", "code", "out", "err"),
    [
        ("2\n0\n\n4", 1, "1.0\n", "error: invalid literal for int() with base 10: ''\n"),
        ("2\n", 0, "1.0\n", ""),
        (None, 1, "", "error: there is no standard input\n"),
    ],
)
def test_lines_may_be_parsed(
    where: Where,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
    code: int,
    out: str,
    err: str,
) -> None:
    """What cannot be is an error of the input, and so is a standard input that is not there."""
    stdin = text and io.StringIO(text)
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run(half, lines(int), **where) == code
    assert capsys.readouterr() == (out, err)
    assert sys.stdin is stdin


def test_lines_of_standard_input(program: list[str]) -> None:
    with start(*program) as child:
        out, err = child.communicate("a b\nc")
    assert (sorted(out.splitlines()), err, child.returncode) == (["A B", "C"], "", 0)


@needs_posix
def test_ctrl_c_ends_it_at_once(program: list[str], tmp_path: Path) -> None:
    """Though a call is running that would never end: it reads a pipe that nobody writes to."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)  # at the end, to let the worker go
    with start(*program, "a", str(pipe)) as child:
        assert child.stdout
        assert child.stdout.readline() == "A\n"
        child.send_signal(signal.SIGINT)
        assert child.communicate() == ("", "")
    os.close(writer)
    assert child.returncode == 130


@needs_posix
def test_results_are_printed_while_there_is_no_next_line(program: list[str]) -> None:
    """As in `tail -f ... | python -m ...`. Ctrl-C ends that."""
    with start(*program) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write("a\n")
        child.stdin.flush()
        assert child.stdout.readline() == "A\n"
        child.send_signal(signal.SIGINT)
        assert child.wait() == 130
        assert child.communicate() == ("", "")


@needs_posix
def test_a_reader_that_leaves_early_is_no_error(program: list[str]) -> None:
    """As in `tail -f ... | python -m ... | head -1`."""
    with start(*program) as child:
        assert child.stdin
        assert child.stdout
        assert child.stderr
        child.stdout.close()
        child.stdin.write("a\n")
        child.stdin.flush()
        assert child.wait() == 1
        assert child.stderr.read() == ""
