"""What the tests share: the command line run in this process or in one of its own, and the bundled template."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from scaffold.cli import run
from scaffold.template import Template, bundled

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Result:
    """What a run of the command line left."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def scaffold(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, where nobody can be asked."""

    def call(*arguments: str) -> Result:
        capsys.readouterr()
        code = run(arguments)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return call


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def template() -> Template:
    """The bundled template."""
    return bundled()


def in_own_process(*arguments: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run `python -m scaffold` for real."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("_SCAFFOLD")}
    return subprocess.run(
        [sys.executable, "-m", "scaffold", *arguments],
        cwd=cwd,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,  # type: ignore[call-overload]  # whatever else subprocess.run takes
    )


def files_below(directory: Path) -> dict[str, bytes]:
    """Every file with its content."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same author on every machine."""
    config = tmp_path_factory.getbasetemp() / "gitconfig"
    config.write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    yield


# Fuzzing runs 100 cases by default; `SCAFFOLD_FUZZ=3000 pytest tests/test_user_text.py` for longer.
settings.register_profile("fuzz", max_examples=int(os.environ.get("SCAFFOLD_FUZZ", "100")), derandomize=False)
settings.load_profile("fuzz")
