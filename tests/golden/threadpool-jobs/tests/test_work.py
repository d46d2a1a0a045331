"""Tests of your work: replace them together with src/demo/work.py. All other tests stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from demo.__main__ import main
from demo.work import TASKS, compressed_size, count_words, digest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = tmp_path / "file.txt"
    path.write_text("three short words")
    return str(path)


def test_tasks(path: str) -> None:
    assert count_words(path) == 3
    assert digest(path).startswith("a507")
    assert compressed_size(path) == 25
    assert set(TASKS.values()) == {count_words, digest, compressed_size}


def test_the_command_line(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([path]) == 0
    out, err = capsys.readouterr()
    lines = {f"{path}: {name}: {TASKS[name](path)}" for name in TASKS}
    assert set(out.splitlines()) == lines
    assert err == ""
    assert main(["missing"]) == 1
    assert "FileNotFoundError: " in capsys.readouterr().err


def test_a_wrong_call() -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--workers", "0"])
