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


def in_own_process(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m scaffold` for real."""
    return subprocess.run(
        [sys.executable, "-m", "scaffold", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"} | environment,
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


def contents(project: Path) -> dict[str, bytes]:
    """All files but git's own."""
    return {path: content for path, content in files_below(project).items() if not path.startswith(".git/")}


def git_commit_all(project: Path) -> None:
    """Make `project` a repository of its own, if it is none, and commit all."""
    git(project, "init", "--quiet")
    git(project, "add", "--all", "--force")
    git(project, "commit", "--quiet", "--allow-empty", "--message", "all")


def edited(project: Path, *names: str) -> dict[str, bytes]:
    """The files, after an edit in the midst of each that is committed."""
    for name in names:
        lines = (project / name).read_bytes().splitlines(keepends=True)
        (project / name).write_bytes(b"".join([*lines[:3], b"# mine\n", *lines[3:]]))
    git_commit_all(project)
    return {name: (project / name).read_bytes() for name in names}


def git(where: Path, *arguments: str) -> str:
    """Run git as its user would."""
    done = subprocess.run(["git", *arguments], cwd=where, capture_output=True, text=True, check=True)
    return done.stdout
