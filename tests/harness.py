"""Running the command line from a test, and looking at what it left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Result:
    """What a run of the command line left."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


def in_own_process(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m scaffold` for real."""
    return subprocess.run(
        [sys.executable, "-m", "scaffold", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def files_below(directory: Path) -> dict[str, bytes]:
    """Every file with its content."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
