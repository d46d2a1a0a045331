"""What every test finds: a way to run the command line, an empty directory, the template, the same git everywhere."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, Result, Run
from hypothesis import settings
from newer import NEXT_MAJOR, VERSION, Newer, breaking, future, installed

from scaffold.cli import run
from scaffold.template import Template, bundled

if TYPE_CHECKING:
    from pathlib import Path


# pytest keeps the tests as it has rewritten them, even where the shell wants no byte-code: that takes it seconds.
sys.dont_write_bytecode = False

GIT_CONFIG = """\
[user]
\tname = Ada Lovelace
\temail = ada@example.org
[core]
\tfsync = none
"""


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


@pytest.fixture(scope="session")
def ahead(tmp_path_factory: pytest.TempPathFactory) -> Newer:
    """A scaffold whose templates are one release ahead of ours."""
    newer = installed(tmp_path_factory.mktemp("ahead"))
    newer.release(VERSION, future)
    return newer


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Newer:
    """A scaffold whose templates are one release ahead of ours, and after that another major version."""
    newer = installed(tmp_path_factory.mktemp("broken"))
    newer.release(VERSION, future)
    newer.release(NEXT_MAJOR, breaking)
    return newer


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same author on every machine, and nothing of the user's own."""
    config = tmp_path_factory.getbasetemp() / "gitconfig"
    config.write_text(GIT_CONFIG, encoding="utf-8")  # each time: some tests add to it
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "data"))


@pytest.fixture(autouse=True)
def no_wait_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is written here has to outlive a power cut, so that wait is skipped, as in git's own tests.

    A descriptor that is not open fails all the same. Every command in a process of its own waits.
    """
    monkeypatch.setattr(os, "fsync", os.fstat)


# Fuzzing runs 50 cases by default; `SCAFFOLD_FUZZ=3000 pytest tests/test_user_text.py` for longer.
settings.register_profile(
    "fuzz", max_examples=int(os.environ.get("SCAFFOLD_FUZZ", "50")), derandomize=False, deadline=None
)
settings.load_profile("fuzz")


@pytest.fixture
def golden() -> Path:
    """Where the rendered trees are kept."""
    return ROOT / "tests" / "golden"
