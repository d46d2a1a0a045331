"""`scaffold check` and `scaffold undo`: how generated code stands, and taking back what was written."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import files_below, git_commit_all
from newer import NEXT_MAJOR, VERSION, Newer, replace
from repositories import SMALL, commit

if TYPE_CHECKING:
    from harness import Run

WORK = "src/demo/work.py"
MODULE = "src/demo/threadpool_map.py"
TEST = "tests/test_threadpool_map.py"


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


def drift_of(scaffold: Run, project: Path, *flags: str) -> dict[str, tuple[str, str, bool]]:
    """What differs: the kind, whose it is, and whether it fails."""
    document = json.loads(scaffold("check", str(project), "--json", *flags).out)
    return {file["path"]: (file["kind"], file["group"], file["fails"]) for file in document["pieces"][0]["drift"]}


def test_every_kind_of_drift(project: Path, scaffold: Run, tmp_path: Path) -> None:
    """Edited, deleted, in the way; yours, machinery, or merged by an update; nothing is written."""
    replace(project / WORK, "def ", "def my_")
    replace(project / MODULE, "import threading\n", "import threading  # mine\n")
    (project / "src/demo/__main__.py").unlink()
    (project / "LICENSE").unlink()
    (project / "README.md").unlink()
    (project / "README.md").symlink_to(tmp_path / "elsewhere")
    before = files_below(project)
    result = scaffold("check", str(project), "--json", "--diff")
    assert result.code == 0
    document = json.loads(result.out)
    assert document["clean"] is True
    assert drift_of(scaffold, project) == {
        WORK: ("edited", "yours", False),
        "src/demo/__main__.py": ("deleted", "yours", False),
        MODULE: ("edited", "machinery", False),
        "LICENSE": ("deleted", "shared", False),
        "README.md": ("in the way", "shared", False),
    }
    assert "+def my_" in next(file["diff"] for file in document["pieces"][0]["drift"] if file["path"] == WORK)
    assert scaffold("check", str(project)).out.splitlines()[1:] == [
        "  yours:",
        "    deleted    src/demo/__main__.py",
        f"    edited     {WORK}",
        "  machinery:",
        f"    edited     {MODULE}",
        "  merged by an update:",
        "    deleted    LICENSE",
        "    in the way README.md",
    ]
    assert files_below(project) == before


def test_strict_fails_on_edited_machinery_only(project: Path, scaffold: Run) -> None:
    """Not on what is the owner's, nor on what everybody edits on the first day; `--ignore` leaves files out."""
    replace(project / WORK, "def ", "def my_")
    replace(project / "pyproject.toml", "dependencies = []", 'dependencies = ["httpx"]')
    assert scaffold("check", str(project), "--strict").code == 0
    (project / TEST).write_text("# mine\n", encoding="utf-8")
    assert scaffold("check", str(project)).code == 0
    strict = scaffold("check", str(project), "--strict")
    assert (strict.code, f"    edited     {TEST}  (--strict)" in strict.out) == (3, True)
    assert drift_of(scaffold, project, "--strict")[TEST] == ("edited", "machinery", True)
    assert json.loads(scaffold("check", str(project), "--strict", "--jsonl").out)["clean"] is False
    assert scaffold("check", str(project), "--strict", "--ignore", "tests/test_*.py").code == 0


@pytest.mark.parametrize("kind", ["deleted", "in the way"])
def test_missing_machinery_fails(project: Path, scaffold: Run, kind: str) -> None:
    """And the command that is named prints it, to be put back."""
    content = (project / MODULE).read_bytes()
    (project / MODULE).unlink()
    if kind == "in the way":
        (project / MODULE).mkdir()
    result = scaffold("check", str(project))
    assert result.code == 3
    assert drift_of(scaffold, project) == {MODULE: (kind, "machinery", True)}
    command = result.out.partition("(missing: ")[2].partition(" prints it)")[0]
    assert scaffold(*shlex.split(command)[1:]).out.encode() == content
    assert scaffold("check", str(project), "--ignore", MODULE).code == 0


@pytest.mark.parametrize("name", [WORK, MODULE, "README.md"])
def test_unresolved_conflict_fails(project: Path, scaffold: Run, name: str) -> None:
    """Whosever the file is."""
    (project / name).write_text("<<<<<<< a\nx\n||||||| b\n=======\ny\n>>>>>>> c\n", encoding="utf-8")
    result = scaffold("check", str(project))
    assert (result.code, f"conflict   {name}  (resolve it)" in result.out) == (3, True)


@pytest.mark.slow
def test_behind_within_the_major_version_fails(project: Path, ahead: Newer, broken: Newer) -> None:
    """A newer major version is said, and is nobody's fault."""
    behind = ahead("check", "--json", cwd=project)
    assert behind.code == 3
    git_commit_all(project)
    assert ahead("update", "--defaults", cwd=project).code == 0
    assert ahead("check", cwd=project).code == 0
    result = broken("check", cwd=project)
    assert result.code == 0
    assert f"{VERSION} is current\n  {NEXT_MAJOR} is out, another major version: scaffold update --major" in result.out
    [piece] = json.loads(broken("check", "--json", cwd=project).out)["pieces"]
    assert (piece["behind"], piece["newest"], piece["update_to"], piece["newer_major"]) == (
        False,
        NEXT_MAJOR,
        VERSION,
        NEXT_MAJOR,
    )


def test_show_prints_a_file_as_it_was_generated(project: Path, scaffold: Run, here: Path) -> None:
    """Byte for byte, whatever became of it; a file that is not generated is refused."""
    content = (project / WORK).read_bytes()
    (project / WORK).write_text("mine", encoding="utf-8")
    result = scaffold("check", "--show", WORK, str(project))
    assert (result.code, result.out.encode(), result.err) == (0, content, "")
    missing = scaffold("check", "--show", "nothing.py", str(project))
    assert (missing.code, missing.err.count("\n")) == (1, 1)
    assert "has no generated file 'nothing.py'" in missing.err
    assert scaffold("check", "--show", WORK, "--json", str(project)).code == 2
    assert list(here.iterdir()) == [project]


def test_many_projects_a_line_each(project: Path, scaffold: Run, tmp_path: Path) -> None:
    """Each line is a document, in the order given; one that cannot be looked at does not stop the others."""
    assert scaffold("new", str(tmp_path / "second"), "--defaults").code == 0
    (tmp_path / "second" / MODULE.replace("demo", "second")).unlink()
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


@pytest.mark.slow
def test_what_to_do_next_is_said(tmp_path: Path, scaffold: Run) -> None:
    """An update, with what each release in between changed; nothing where all is well."""
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--defaults").code == 0
    git_commit_all(project)
    assert "Next:" not in scaffold("check", str(project)).out
    assert scaffold("update", str(project), "--to", "2.0.0").code == 0
    git_commit_all(project)
    result = scaffold("check", str(project))
    assert result.code == 3
    lines = result.out.splitlines()
    assert lines[0].startswith(f"{project}: 2.0.0, newest 2.")
    assert lines[1].startswith("  2.1.0: faults of the machinery")
    assert lines[-1] == f"Next: scaffold update {project} (--dry-run shows the changes first)"
    document = json.loads(scaffold("check", str(project), "--json").out)
    assert document["next"] == [f"scaffold update {project}"]
    assert document["pieces"][0]["notes"][0]["version"] == "2.1.0"
    assert scaffold(*shlex.split(document["next"][0])[1:]).code == 0
    assert scaffold("check", str(project)).code == 0


def test_a_module_is_named_beside_the_path_of_its_project(
    here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every path that is printed is there, also from a folder inside."""
    (here / "acme" / "inner").mkdir(parents=True)
    (here / "pyproject.toml").touch()
    (here / "acme" / "__init__.py").touch()
    assert scaffold("add", "--module", "fetch", "--defaults").code == 0
    assert scaffold("check").out.startswith("fetch: ")
    monkeypatch.chdir(here / "acme" / "inner")
    printed = scaffold("check").out.partition(", module fetch: ")[0]
    assert Path(printed).samefile(here)


def test_a_place_that_is_no_project_has_the_same_keys(tmp_path: Path, scaffold: Run) -> None:
    """There is nothing to do next."""
    document = json.loads(scaffold("check", str(tmp_path), "--json").out)
    assert (document["next"], document["pieces"], document["clean"]) == ([], [], False)


def test_conflicts_come_first(project: Path, scaffold: Run) -> None:
    """They are what stands in the way of an update."""
    (project / MODULE).write_text("<<<<<<< yours\na\n||||||| base\n=======\nb\n>>>>>>> theirs\n", encoding="utf-8")
    result = scaffold("check", str(project))
    assert result.code == 3
    assert result.out.endswith("Next: resolve the conflicts, and commit\n")


@pytest.mark.slow
def test_a_template_that_cannot_be_reached_has_words_of_its_own(tmp_path: Path, scaffold: Run) -> None:
    """It is no fault of the code; the reason is said, too."""
    template = tmp_path / "template"
    commit(template, SMALL, "v1.0.0")
    assert scaffold("new", str(tmp_path / "demo"), "--template", str(template), "--defaults").code == 0
    git_commit_all(tmp_path / "demo")
    template.rename(tmp_path / "elsewhere")
    result = scaffold("check", str(tmp_path / "demo"))
    assert (result.code, result.err) == (3, "")
    assert "not compared, since its template cannot be reached; the code itself needs no template: " in result.out
    assert str(template) in result.out
