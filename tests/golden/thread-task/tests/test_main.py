"""The program and its work, on real files."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from demo.work import work

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "demo"]


def run(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args], capture_output=True, text=True, timeout=30, check=False
    )


def test_work_compresses(tmp_path: Path) -> None:
    """The place to test your own work()."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"some text\n" * 1000)
    size = work(path, threading.Event(), level=9)
    packed = (tmp_path / "notes.txt.gz").read_bytes()
    assert gzip.decompress(packed) == path.read_bytes()
    assert size == len(packed)


def test_work_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("some text")
    stop = threading.Event()
    stop.set()
    work(path, stop)
    assert list(tmp_path.iterdir()) == [path]


def test_the_program_compresses(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("some text")
    done = run(path, "--level", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"working on {path}\ndone")
    assert gzip.decompress((tmp_path / "notes.txt.gz").read_bytes()) == b"some text"


def test_a_failure_is_one_line(tmp_path: Path) -> None:
    failed = run(tmp_path / "missing")
    assert failed.returncode == 1
    assert "missing" in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path, target = tmp_path / "notes.txt", tmp_path / "notes.txt.gz"
    path.write_text("some text")
    target.write_text("precious")
    assert run(path).returncode == 1
    assert target.read_text() == "precious"


def test_wrong_usage() -> None:
    assert run().returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_stops_the_work_and_leaves_nothing_behind(tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    endless.symlink_to("/dev/zero")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    with subprocess.Popen(
        [*COMMAND, endless], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == f"working on {endless}\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=30)
    assert (child.returncode, errors) == (130, "interrupted\n")
    assert list(tmp_path.iterdir()) == [endless]
