"""Tests of your work: replace them together with src/demo/work.py. All other tests stay."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from demo.work import Work

if TYPE_CHECKING:
    import pytest


def test_work_counts_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Its functions need no thread."""
    work = Work()
    work.setup()
    assert work.handle("to be or not to be") == "4 different words so far"
    work.teardown()
    assert capsys.readouterr().out == "2 times to\n2 times be\n1 times or\n"


def test_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        input="a b\nb c\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("2 different words so far\n3 different words so far\n2 times b\n")
    assert done.stderr.endswith("stopped: 2 handled, 0 errors, 0 left\n")
