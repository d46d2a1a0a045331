"""Tests of your work: replace them together with src/demo/net/thread_service_work.py. All other tests stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.net.thread_service_work import Work

if TYPE_CHECKING:
    import pytest


def test_work_counts_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Its functions need no thread."""
    work = Work()
    work.setup()
    assert work.handle("to be or not to be") == "4 different words so far"
    work.teardown()
    assert capsys.readouterr().out == "2 times to\n2 times be\n1 times or\n"
