"""Tests of your work: replace them together with src/demo/net/threadpool_map_work.py. All other tests stay."""

import hashlib
from pathlib import Path

import pytest

from demo.net.threadpool_map_work import work


def test_work(tmp_path: Path) -> None:
    file = tmp_path / "hello"
    file.write_bytes(b"hello")
    digest, size, name = work(str(file)).split(maxsplit=2)
    assert (size, name) == ("5", str(file))
    assert digest == hashlib.sha256(b"hello").hexdigest()


def test_work_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        work(str(tmp_path / "missing"))
