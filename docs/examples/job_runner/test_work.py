"""Tests of your work, and of the loop around it."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from demo.__main__ import main, run
from demo.work import BLOCK, TASKS, count_lines, digest, packed_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTENT = b"a line\n" * 20_000


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return str(path)


def test_tasks_and_their_progress(path: str) -> None:
    told: list[int] = []
    assert count_lines(path, told.append) == 20_000
    assert told == [BLOCK, 2 * BLOCK, len(CONTENT)]
    assert digest(path) == hashlib.sha256(CONTENT).hexdigest()
    assert 0 < packed_size(path) < 1000


def test_the_command_line(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([path, f"{path}.missing"]) == 1
    out, err = capsys.readouterr()
    assert set(out.splitlines()) == {
        f"{path}: {name}: {task(path)}" for name, task in TASKS.items()
    }
    assert len(err.splitlines()) == 3


def test_the_loop_shows_progress_while_jobs_run(capsys: pytest.CaptureFixture[str]) -> None:
    """And runs other things besides: it is what lets the jobs end."""
    gate = threading.Event()

    def job(_: str, progress: Callable[[int], object]) -> bool:
        progress(1000)
        return gate.wait(10)

    async def both() -> int:
        running = asyncio.create_task(run({"job": job}, ["a", "b"], workers=2, every=0.01))
        while "2,000 bytes" not in capsys.readouterr().err:
            await asyncio.sleep(0.01)
        gate.set()
        return await running

    assert asyncio.run(both()) == 0
    assert sorted(capsys.readouterr().out.splitlines()) == ["a: job: True", "b: job: True"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_does_not_wait_for_the_jobs() -> None:
    program = """
import asyncio, sys, threading
import demo.work
from demo.__main__ import main

def stuck(path, progress):
    print("working", flush=True)
    threading.Event().wait()

demo.work.TASKS = {"stuck": stuck}
sys.exit(main(["a"]))
"""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=pipe, stderr=pipe, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "working\n"
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=30) == ("", "")
    assert child.returncode == 130
