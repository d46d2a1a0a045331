"""The program and its work, on real input."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from demo.work import Work

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "demo"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


def run(*args: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args], input=stdin, capture_output=True, text=True, timeout=30, check=False
    )


def test_work_counts_words(capsys: pytest.CaptureFixture[str]) -> None:
    """The place to test your own work: its functions need no thread."""
    work = Work()
    work.setup()
    assert work.handle("to be or not to be") == "4 different words so far"
    work.teardown()
    assert capsys.readouterr().out == "2 times to\n2 times be\n1 times or\n"


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("a b\nb c\n", encoding="utf-8")
    done = run(path)
    assert done.returncode == 0
    assert "2 different words so far\n3 different words so far\n2 times b\n" in done.stdout
    assert done.stderr == "stopped: 2 handled, 0 errors, 0 left\n"


def test_standard_input() -> None:
    done = run(stdin="a b\n" * 5000)
    assert (done.returncode, done.stderr) == (0, "stopped: 5000 handled, 0 errors, 0 left\n")


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    done = run(tmp_path / "missing")
    assert done.returncode == 2
    assert "missing" in done.stderr.splitlines()[-1]


@posix
def test_a_reader_that_leaves_early_ends_it_quietly() -> None:
    """As in `python -m ... | head -1`; the input need not end for that."""
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
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
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    with subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("a b\n")
        child.stdin.flush()
        assert child.stdout.readline() == "2 different words so far\n"
        child.send_signal(signal.Signals[name])
        child.wait(timeout=30)
        assert child.stdout.read() == "1 times a\n1 times b\n"
        assert child.stderr is not None
        assert child.stderr.read() == "stopped: 1 handled, 0 errors, 0 left\n"
    assert child.returncode == code
