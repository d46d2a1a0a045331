"""Tests of your work: replace them together with src/demo/work.py. All other tests stay."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from demo.__main__ import main
from demo.thread_task import Task
from demo.work import work

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("some text")
    return path


def test_work_compresses(file: Path) -> None:
    """Without the thread it is an ordinary function."""
    assert work(str(file)).endswith(" bytes")
    assert gzip.decompress(file.with_name("notes.txt.gz").read_bytes()) == b"some text"


def test_work_that_is_stopped_leaves_nothing_behind(file: Path) -> None:
    task = Task(work, str(file))
    task.stopping.set()
    task.start()
    task.result(timeout=10)
    assert list(file.parent.iterdir()) == [file]


def test_the_command_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file is never overwritten."""
    assert main([str(file)]) == 0
    assert main([str(file)]) == 1
    assert main([]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("exists already")
    assert second.startswith("error: ")
