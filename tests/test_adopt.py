"""`scaffold adopt`: a project that was made by hand, or by another tool, follows a team's template from then on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import contents, git_commit_all
from repositories import ANSWERS_FILE, SMALL, commit, write

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

pytestmark = pytest.mark.slow

TEMPLATE = {**SMALL, "copier.yml": "_tasks: [exit 1]\nname: thing\n", "Makefile": "all:\n\ttrue\n", "LICENSE": "free\n"}
OWN = {"README.md": "# shop\n\nOur shop.\n", "Makefile": "all:\n\ttrue\n", "shop.py": "print(1)\n"}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template whose task would fail."""
    commit(tmp_path / "template", TEMPLATE, "v1.0.0")
    return tmp_path / "template"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of the user's own, committed."""
    write(tmp_path / "shop", OWN)
    git_commit_all(tmp_path / "shop")
    return tmp_path / "shop"


def test_only_the_record_is_written(project: Path, template: Path, scaffold: Run) -> None:
    """It says what differs, runs no task, and a second time is refused."""
    before = contents(project)
    adopt = ("adopt", str(project), "--template", str(template), "--data", "name=shop")
    assert scaffold(*adopt, "--dry-run").code == 0
    assert contents(project) == before
    adopted = scaffold(*adopt)
    assert (adopted.code, adopted.err) == (0, "")
    assert "edited     README.md\n" in adopted.out
    record = {".copier-answers.yml": (project / ".copier-answers.yml").read_bytes()}
    assert contents(project) == before | record
    again = scaffold(*adopt)
    assert (again.code, again.err.count("\n"), "is there already" in again.err) == (1, 1, True)


def test_an_update_follows(project: Path, template: Path, scaffold: Run) -> None:
    """What is the user's stays; what the template changed since then comes."""
    commit(template, {"copier.yml": "name: thing\n"}, "v1.0.1")
    adopted = scaffold("adopt", str(project), "--template", f"{template}@v1.0.1", "--data", "name=shop", "--json")
    assert json.loads(adopted.out)["written"] == ".copier-answers.yml"
    git_commit_all(project)
    commit(template, {"Makefile": "all:\n\ttrue\nnew:\n\ttrue\n"}, "v1.1.0")
    assert scaffold("update", str(project)).code == 0
    assert (project / "Makefile").read_text(encoding="utf-8").endswith("new:\n\ttrue\n")
    assert (project / "README.md").read_text(encoding="utf-8") == OWN["README.md"]
    assert not (project / "LICENSE").exists()
    assert scaffold("undo", "--yes", str(project)).code == 0
    assert scaffold("undo", "--yes", str(project)).code == 0
    assert set(contents(project)) == set(OWN)


def test_what_cannot_be_adopted(project: Path, template: Path, tmp_path: Path, scaffold: Run) -> None:
    """A template that records nothing, a folder without versions, no folder: one line, nothing is written."""
    before = contents(project)
    silent = {name: text for name, text in SMALL.items() if name != ANSWERS_FILE}
    commit(tmp_path / "silent", silent, "v1.0.0")
    write(tmp_path / "plain", SMALL)
    for place, source, says in (
        (project, tmp_path / "silent", "records no answers"),
        (project, tmp_path / "plain", "has no versions"),
        (tmp_path / "nowhere", template, "is no directory"),
    ):
        result = scaffold("adopt", str(place), "--template", str(source), "--defaults")
        assert (result.code, result.err.count("\n"), says in result.err) == (1, 1, True), result.err
    assert contents(project) == before
    assert scaffold("adopt", str(project)).code == 2
