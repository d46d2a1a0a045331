"""The program on real files, and its tasks by themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from demo.work import TASKS, compressed_size, count_words, digest

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "demo"]


def run(*args: object) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file.txt"
    path.write_text("three short words")
    return path


# Put the tests of your own tasks here.


def test_tasks(path: Path) -> None:
    assert count_words(path) == 3
    assert digest(path).startswith("a507")
    assert compressed_size(path) == 25


def test_prints_every_result(path: Path) -> None:
    result = run(path)
    expected = {f"{path}: {name}: {task(path)}" for name, task in TASKS.items()}
    assert set(result.stdout.splitlines()) == expected
    assert (result.returncode, result.stderr) == (0, "")


def test_a_failure_is_a_line_on_stderr(path: Path) -> None:
    missing = path.with_name("missing")
    result = run(path, missing)
    assert len(result.stdout.splitlines()) == len(TASKS)
    assert len(result.stderr.splitlines()) == len(TASKS)
    assert result.returncode == 1
    assert all(line.startswith(f"{missing}: ") for line in result.stderr.splitlines())


def test_a_wrong_usage_exits_with_2() -> None:
    result = run()
    assert result.returncode == 2
    assert "usage: python -m demo" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a broken pipe is another error there")
def test_a_reader_that_leaves_early_is_no_error(path: Path) -> None:
    """As in `python -m ... | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [*COMMAND, path], stdout=writer, stderr=subprocess.PIPE, timeout=30, check=False
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (1, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a named pipe and SIGINT")
def test_ctrl_c_does_not_wait_for_running_tasks(tmp_path: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the shell may have it ignored
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with (
        subprocess.Popen([*COMMAND, pipe], stderr=subprocess.PIPE, text=True) as process,
        pipe.open("w"),  # returns when a task has opened it to read, which never ends
    ):
        errors = None
        while errors is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):  # Python misses it on its way into a wait
                _, errors = process.communicate(timeout=1)
    assert (process.returncode, errors) == (130, "")
