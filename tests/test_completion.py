"""What a shell is offered at Tab, by the protocol of Typer's scripts (test_wheel.py loads one into a real bash)."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from harness import ROOT
from repositories import SMALL, commit

from scaffold.life.history import history

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run


def offered(where: Path, line: str, *, program: str = "scaffold") -> list[str]:
    """The words that are offered for the last one of a line."""
    words = f"{program} {line}"
    variable = f"_{program.upper().replace('-', '_')}_COMPLETE"
    start = f"import sys; sys.argv[0] = {program!r}; from scaffold.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", start],
        cwd=where,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), variable: "complete_bash", "COMP_WORDS": words}
        | {"COMP_CWORD": str(len(words.split(" ")) - 1)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture
def project(here: Path, scaffold: Run) -> Path:
    """A project with two modules of its own."""
    assert scaffold("new", "demo", "--defaults").code == 0
    for module in ("retry", "reader"):
        assert scaffold("add", "demo", "--module", module, "--defaults").code == 0
    return here / "demo"


@pytest.mark.slow
def test_modules_of_the_project(project: Path) -> None:
    """Of the one that is named, or of the one that the user is in."""
    assert offered(project, "update --module ") == ["reader", "retry"]
    assert offered(project / "src", "reanswer --module rea") == ["reader"]
    assert offered(project.parent, "update demo --module ret") == ["retry"]
    assert offered(project.parent, "check demo --module ") == ["reader", "retry"]
    assert offered(project.parent, "check --module ") == []


@pytest.mark.slow
def test_versions_of_the_templates(project: Path) -> None:
    """The newest first."""
    assert offered(project, "update --to ") == [*reversed(history().available)]
    assert offered(project, "update --to 1.") == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]


@pytest.mark.slow
def test_names_of_templates(here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the user and the team; where a template is shown, the designs too."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here / "config"))
    assert offered(here, "new demo --template ") == []
    for name in ("worker", "website"):
        commit(here / name, SMALL, "v1")
        assert scaffold("template", "add", name, str(here / name)).code == 0
    assert offered(here, "new demo --template wo") == ["worker"]
    assert offered(here, "template remove w") == ["worker", "website"]
    assert offered(here, "template show thread/") == ["thread/task", "thread/batch", "thread/service"]
    (here / "config" / "scaffold" / "templates.toml").write_text("broken", encoding="utf-8")
    assert offered(here, "new demo --template ") == []


@pytest.mark.slow
def test_the_other_name_of_the_command_completes_too(here: Path) -> None:
    """`scaffold-threads --install-completion` is for that name."""
    assert offered(here, "adv", program="scaffold-threads") == ["advise"]
    assert offered(here, "new --bound ", program="scaffold-threads") == ["io", "cpu", "mixed"]
