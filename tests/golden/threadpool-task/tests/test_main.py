"""The program on a real directory, and its work by itself."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from demo.work import Usage, work

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM_THAT_NEVER_ENDS = """
import sys, threading
import demo.__main__ as program

program.work = lambda path: threading.Event().wait()
sys.exit(program.main(["."]))
"""


def run(*args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "demo", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "below" / "two").write_bytes(b"22")
    return tmp_path


# Put the tests of your own work here.


def test_work(path: Path) -> None:
    assert work(path) == Usage(files=2, size=3)


def test_prints_the_result(path: Path) -> None:
    result = run(path)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{work(path)}\n", "")


def test_an_error_is_a_line_on_stderr(path: Path) -> None:
    result = run(path / "missing")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{path / 'missing'}: ")
    assert result.stderr.count("\n") == 1


def test_a_wrong_usage_exits_with_2() -> None:
    result = run()
    assert result.returncode == 2
    assert "usage: python -m demo" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_says_that_it_works_and_ctrl_c_does_not_wait() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the shell may have it ignored
    command = [sys.executable, "-c", PROGRAM_THAT_NEVER_ENDS]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "still working on .\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert "Traceback" not in process.stderr.read()
