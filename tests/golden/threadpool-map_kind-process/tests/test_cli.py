"""What the program does around the work, on small works of these tests' own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from demo.cli import importing_work, run

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


def start(*command: str) -> subprocess.Popen[str]:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


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


def test_lines_of_standard_input(program: list[str]) -> None:
    with start(*program) as child:
        out, err = child.communicate("a b\nc", timeout=HANG)
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
        assert child.communicate(timeout=HANG) == ("", "")
    os.close(writer)
    assert child.returncode == 130


@needs_posix
def test_a_reader_that_leaves_early_is_no_error(program: list[str]) -> None:
    """As in `python -m ... | head -1`."""
    with start(*program) as child:
        assert child.stdin
        assert child.stdout
        assert child.stderr
        child.stdout.close()
        child.stdin.write("a\n")
        child.stdin.close()
        assert child.stderr.read() == ""
    assert child.returncode == 1
