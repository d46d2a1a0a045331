"""The program and its work, on real files."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from demo.work import Work

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "demo"]


def run(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.txt" for number in range(4)]
    for path in paths:
        path.write_text(path.name * 100)
    return paths


def unpacked(path: Path) -> str:
    return gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()).decode()


def test_work_compresses(files: list[Path]) -> None:
    """The place to test your own work(): without the thread it is an ordinary method."""
    thread = Work(files[0])
    thread.work()
    assert unpacked(files[0]) == files[0].read_text()


def test_work_that_is_stopped_leaves_nothing_behind(tmp_path: Path, files: list[Path]) -> None:
    thread = Work(files[0])
    thread.stopping.set()
    thread.work()
    assert sorted(tmp_path.iterdir()) == files


def test_the_program_compresses_every_file(files: list[Path]) -> None:
    done = run(*files)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("4 of 4 done\n")
    assert [unpacked(path) for path in files] == [path.read_text() for path in files]


def test_failures_are_a_line_each_and_the_rest_is_done(tmp_path: Path, files: list[Path]) -> None:
    failed = run(tmp_path / "missing", *files, tmp_path)
    assert failed.returncode == 1
    assert failed.stdout.endswith("4 of 6 done\n")
    first, second = failed.stderr.splitlines()
    assert f"{tmp_path / 'missing'}: FileNotFoundError" in first
    assert f"{tmp_path}: " in second
    assert [unpacked(path) for path in files] == [path.read_text() for path in files]


def test_a_file_is_never_overwritten(files: list[Path]) -> None:
    target = files[0].with_name(f"{files[0].name}.gz")
    target.write_text("precious")
    assert run(files[0]).returncode == 1
    assert target.read_text() == "precious"


def test_wrong_usage() -> None:
    assert run().returncode == 2


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    if sys.platform == "win32":
        pytest.skip("needs /dev/zero")
    path = tmp_path / "endless"
    path.symlink_to("/dev/zero")
    return path


def test_ctrl_c_stops_the_work_and_leaves_nothing_behind(endless: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    with subprocess.Popen(
        [*COMMAND, endless], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "working on 1 files\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=30)
    assert (child.returncode, errors) == (130, "interrupted\n")
    assert list(endless.parent.iterdir()) == [endless]


def test_the_timeout_stops_the_work_and_leaves_nothing_behind(endless: Path) -> None:
    late = run(endless, "--timeout", "0.1")
    assert late.returncode == 1
    assert late.stderr.endswith(f"{endless}: still running after 0.1 s\n")
    assert list(endless.parent.iterdir()) == [endless]
