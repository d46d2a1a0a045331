"""`scaffold check` and `scaffold undo`: how generated code stands, and taking back what was written."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from harness import files_below
from newer import replace

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

WORK = "src/demo/work.py"


@pytest.fixture
def project(tmp_path: Path, scaffold: Run) -> Path:
    """A project as it was generated, in no repository."""
    assert scaffold("new", str(tmp_path / "demo"), "--defaults").code == 0
    return tmp_path / "demo"


def test_generated_and_untouched(project: Path, scaffold: Run) -> None:
    """Clean is 0, without a git repository too."""
    result = scaffold("check", str(project))
    assert result.code == 0
    assert result.out.endswith("is current\n")


def test_every_kind_of_drift(project: Path, scaffold: Run, tmp_path: Path) -> None:
    """Edited, deleted, in the way; nothing is written."""
    replace(project / WORK, "def ", "def my_")
    (project / "LICENSE").unlink()
    (project / "README.md").unlink()
    (project / "README.md").symlink_to(tmp_path / "elsewhere")
    before = files_below(project)
    result = scaffold("check", str(project), "--json", "--diff")
    assert result.code == 3
    document = json.loads(result.out)
    drift = {file["path"]: file["kind"] for file in document["pieces"][0]["drift"]}
    assert drift == {WORK: "edited", "LICENSE": "deleted", "README.md": "in the way"}
    assert "+def my_" in next(file["diff"] for file in document["pieces"][0]["drift"] if file["path"] == WORK)
    assert files_below(project) == before


def test_edits_that_are_meant(project: Path, scaffold: Run) -> None:
    """`--ignore` keeps a CI job green where the user's own work goes."""
    replace(project / WORK, "def ", "def my_")
    assert scaffold("check", str(project)).code == 3
    assert scaffold("check", str(project), "--ignore", "src/*/work.py").code == 0


def test_many_projects_a_line_each(project: Path, scaffold: Run, tmp_path: Path) -> None:
    """Each line is a document, in the order given; one that cannot be looked at does not stop the others."""
    assert scaffold("new", str(tmp_path / "second"), "--defaults").code == 0
    replace(tmp_path / "second" / "README.md", "second", "2nd")
    places = [str(project), str(tmp_path / "missing"), str(tmp_path / "second")]
    result = scaffold("check", "--jsonl", *places)
    assert result.code == 3
    documents = [json.loads(line) for line in result.out.splitlines()]
    assert [document["project"] for document in documents] == places
    assert [document["clean"] for document in documents] == [True, False, False]
    assert "is no directory" in documents[1]["error"]
    assert scaffold("check", *places[:2]).code == 1
    assert scaffold("check", "--json", *places).code == 2


def test_more_modules_than_anybody_has(project: Path, scaffold: Run) -> None:
    """Each would be rendered."""
    for number in range(1_001):
        os.link(project / ".copier-answers.yml", project / f".copier-answers.m{number}.yml")
    result = scaffold("check", str(project))
    assert (result.code, result.err.count("\n"), "more than 1,000 answers files" in result.err) == (1, 1, True)


def test_template_that_is_not_ours(project: Path, scaffold: Run) -> None:
    """It cannot be compared offline; that is said, and is no traceback."""
    replace(project / ".copier-answers.yml", "_commit: ", "_commit: v")
    result = scaffold("check", str(project))
    assert result.code == 3
    assert "was never released" in result.out


def test_undo_of_new_leaves_no_trace(project: Path, scaffold: Run) -> None:
    """The directory goes too; a second undo has nothing to do."""
    assert scaffold("undo", "--yes", str(project), "--dry-run").code == 0
    assert project.exists()
    assert scaffold("undo", "--yes", str(project)).code == 0
    assert not project.exists()
    result = scaffold("undo", "--yes", str(project))
    assert result.code == 1
    assert "nothing to undo" in result.err


def test_undo_from_a_directory_inside(project: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project is found upwards, as everywhere."""
    monkeypatch.chdir(project / "src")
    assert scaffold("undo", "--yes").code == 0
    assert not project.exists()


@pytest.mark.parametrize("command", ["check", "update", "undo"])
@pytest.mark.parametrize("place", ["x" * 5000, "missing", "\udcff", "a\nb"])
def test_place_that_cannot_be(here: Path, scaffold: Run, command: str, place: str) -> None:
    """One line, whatever it is."""
    result = scaffold(command, place)
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert list(here.iterdir()) == []


def test_undo_leaves_what_was_changed_since(project: Path, scaffold: Run) -> None:
    """And files that are not ours; it can be tried again when the edit is gone."""
    original = (project / WORK).read_bytes()
    (project / WORK).write_text("mine", encoding="utf-8")
    (project / "own.txt").write_text("own", encoding="utf-8")
    result = scaffold("undo", "--yes", str(project), "--json")
    assert result.code == 3
    assert json.loads(result.out)["left"] == [WORK]
    assert files_below(project) == {WORK: b"mine", "own.txt": b"own"}
    (project / WORK).write_bytes(original)
    assert scaffold("undo", "--yes", str(project)).code == 0
    assert files_below(project) == {"own.txt": b"own"}


def test_undo_of_force_restores_what_was_replaced(tmp_path: Path, scaffold: Run) -> None:
    """With its permissions."""
    project = tmp_path / "demo"
    project.mkdir()
    (project / "README.md").write_text("mine", encoding="utf-8")
    (project / "README.md").chmod(0o755)
    assert scaffold("new", str(project), "--defaults", "--force").code == 0
    assert scaffold("undo", "--yes", str(project)).code == 0
    assert files_below(project) == {"README.md": b"mine"}
    assert (project / "README.md").stat().st_mode & 0o777 == 0o755
