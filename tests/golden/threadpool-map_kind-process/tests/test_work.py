"""Tests of your work: replace them together with src/demo/work.py. All other tests stay."""

from pathlib import Path

import pytest

from demo.__main__ import main
from demo.work import work


def test_work(tmp_path: Path) -> None:
    file = tmp_path / "hello"
    file.write_text("Hello hello world", encoding="utf-8")
    assert work(str(file)).split(maxsplit=2) == ["3", "2", str(file)]


def test_work_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        work(str(tmp_path / "missing"))


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hello"
    file.write_bytes(b"hello")
    assert main([str(file)]) == 0
    assert main([str(tmp_path / "missing")]) == 1
    out, err = capsys.readouterr()
    assert out == work(str(file)) + "\n"
    assert err.startswith(f"{tmp_path / 'missing'}: FileNotFoundError(")


def test_a_wrong_call() -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--workers", "0"])
