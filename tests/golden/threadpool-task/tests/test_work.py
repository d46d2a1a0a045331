"""Tests of your work: replace them together with src/demo/work.py. All other tests stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from demo.__main__ import main
from demo.work import Usage, work

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def directory(tmp_path: Path) -> str:
    (tmp_path / "below").mkdir()
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "below" / "two").write_bytes(b"22")
    return str(tmp_path)


def test_work(directory: str) -> None:
    assert work(directory) == Usage(files=2, size=3)
    with pytest.raises(NotADirectoryError):
        work(f"{directory}/one")


def test_the_command_line(directory: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([directory]) == 0
    assert main([f"{directory}/missing"]) == 1
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == "2 files, 3 bytes\n"
    assert len(err.splitlines()) == 2
