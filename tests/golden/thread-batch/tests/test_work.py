"""Tests of your work: replace them together with src/demo/work.py. All other tests stay."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from demo.__main__ import main
from demo.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_no_name_of_the_thread_is_taken(clashes: Callable[[type], set[str]]) -> None:
    """Keep this one: a class that sets ``_stop`` or ``name`` breaks on some Pythons."""
    assert not clashes(Work)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.txt"
    path.write_text("some text")
    return path


def test_work_compresses(file: Path) -> None:
    """Without the thread it is an ordinary method."""
    Work(str(file)).work()
    assert gzip.decompress(file.with_name("some.txt.gz").read_bytes()) == b"some text"


def test_work_that_is_stopped_leaves_nothing_behind(file: Path) -> None:
    thread = Work(str(file))
    thread.stopping.set()
    thread.work()
    assert list(file.parent.iterdir()) == [file]


def test_the_command_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A failure does not stop the rest, and no file is overwritten."""
    missing = file.with_name("missing")
    assert main([str(missing), str(file)]) == 1
    out, err = capsys.readouterr()
    assert out == "1 of 2 done\n"
    assert err.startswith(f"error: {missing}: FileNotFoundError: ")
    assert main([str(file)]) == 1
    assert "exists already" in capsys.readouterr().err
