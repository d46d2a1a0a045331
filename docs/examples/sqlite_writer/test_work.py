"""Tests of your work: eight producers at once, in this process and in others, and SIGTERM."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from demo.work import Work

if TYPE_CHECKING:
    from pathlib import Path

PRODUCERS = 8


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "lines.sqlite")


def rows(path: str) -> dict[int, str]:
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT number, line FROM lines"))


def test_eight_threads_write_each_line_once(path: str) -> None:
    """And each gets the number of its own row."""
    answers: dict[str, int] = {}

    with Work(path) as work:

        def produce(producer: int) -> None:
            for number in range(100):
                line = f"{producer}-{number}"
                answers[line] = work.ask(line).result(timeout=30)

        threads = [threading.Thread(target=produce, args=(number,)) for number in range(PRODUCERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert rows(path) == {number: line for line, number in answers.items()}
    assert len(answers) == 100 * PRODUCERS


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGTERM")
def test_sigterm_loses_nothing_that_was_answered(path: str) -> None:
    """Eight processes write into one pipe for ever; the writer is told to end in the middle."""
    command = [sys.executable, "-m", "demo", path]
    pipe = subprocess.PIPE
    lines = "import itertools, sys\nfor n in itertools.count(): print(sys.argv[1], n, flush=True)"
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stderr is not None
        producers = [
            subprocess.Popen(
                [sys.executable, "-c", lines, str(number)],
                stdout=writer.stdin,
                stderr=subprocess.DEVNULL,
            )
            for number in range(PRODUCERS)
        ]
        writer.stdin.close()
        answered = [int(writer.stdout.readline()) for _ in range(200)]
        writer.send_signal(signal.SIGTERM)
        out, err = writer.stdout.read(), writer.stderr.read()
        for producer in producers:
            producer.kill()
            producer.wait(timeout=30)
    assert writer.returncode == 0
    answered += map(int, out.splitlines())
    written = rows(path)
    assert set(answered) <= set(written)
    assert len(written) - len(answered) <= 1  # the last one may be written and its answer cut off
    assert err.startswith(f"stopped: {len(written)} handled, 0 errors, ")


def test_a_database_that_cannot_be_opened_is_a_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", str(tmp_path / "missing" / "file")]
    done = subprocess.run(
        command, input="", capture_output=True, text=True, timeout=30, check=False
    )
    first, last = done.stderr.splitlines()
    assert first == "error: OperationalError('unable to open database file')"
    assert last == "failed: 0 handled, 0 errors, 0 left"
    assert done.returncode == 1


def test_a_table_that_is_no_name_is_wrong_usage(path: str) -> None:
    with pytest.raises(ValueError, match="no name for a table"):
        Work(path, "lines; DROP TABLE lines")
