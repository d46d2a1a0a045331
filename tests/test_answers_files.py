"""Projects whose answers are recorded elsewhere, or several times, and relative paths of templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import git, git_commit_all
from repositories import ANSWERS, ANSWERS_FILE, SMALL, commit, write

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

pytestmark = pytest.mark.slow

CI = {
    "copier.yml": "_external_data: {parent: '{{ parent }}'}\nparent: .copier-answers.yml\nsystem: local\n",
    "ci.txt.jinja": "{{ system }} for {{ _external_data.parent.name }}\n",
    ANSWERS_FILE: ANSWERS,
}
RECORD = ".config/ci-answers"


def test_two_templates_in_one_project(tmp_path: Path, scaffold: Run) -> None:
    """The second with `--answers-file`, of a name that nothing else finds, and with what the first was answered."""
    for name, files in (("first", SMALL), ("second", CI)):
        commit(tmp_path / name, files, "v1.0.0")
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--template", str(tmp_path / "first"), "--defaults").code == 0
    added = scaffold("new", str(project), "--template", str(tmp_path / "second"), "-a", RECORD, "--defaults", "--force")
    assert (added.code, f"--answers-file {RECORD}" in added.out) == (0, True), added.err
    git_commit_all(project)
    assert "_scaffold_commit: " in (project / RECORD).read_text(encoding="utf-8")
    [first] = json.loads(scaffold("check", str(project), "--json").out)["pieces"]
    [second] = json.loads(scaffold("check", str(project / ".config"), "-a", RECORD, "--json").out)["pieces"]
    assert (first["answers_file"], second["answers_file"]) == (".copier-answers.yml", RECORD)
    assert (first["drift"], second["drift"]) == ([], [])
    (project / RECORD).rename(project / f"{RECORD}.yml")
    git_commit_all(project)
    both = json.loads(scaffold("check", str(project), "--json").out)["pieces"]
    assert [piece["answers_file"] for piece in both] == [f"{RECORD}.yml", ".copier-answers.yml"]
    commit(tmp_path / "second", {"new.txt": "new\n"}, "v1.1.0")
    assert scaffold("reanswer", str(project), "-a", f"{RECORD}.yml", "--data", "system=hosted").code == 0
    assert (project / "ci.txt").read_text(encoding="utf-8") == "hosted for thing\n"
    git_commit_all(project)
    assert scaffold("update", str(project), "--answers-file", f"{RECORD}.yml").code == 0
    assert (project / "new.txt").exists()
    assert "_commit: v1.1.0" in (project / f"{RECORD}.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("flags", "code", "says"),
    [
        (["-a", "../x"], 2, "must be a path inside the project"),
        (["-a", "missing.yml"], 1, "has no answers file 'missing.yml'"),
        (["-a", ".copier-answers.yml", "--module", "x"], 2, "take one of them"),
    ],
)
def test_an_answers_file_that_cannot_be(here: Path, scaffold: Run, flags: list[str], code: int, says: str) -> None:
    """One line, whatever the command."""
    write(here, {".copier-answers.yml": "_src_path: gone\n_commit: v1\n"})
    for command in ("check", "update", "reanswer"):
        result = scaffold(command, *flags)
        assert (result.code, result.err.count("\n"), says in result.err) == (code, 1, True), result.err


def test_a_project_within_another(tmp_path: Path, scaffold: Run) -> None:
    """What is nearer counts, also with its answers in a folder of their own, as JSON, which get scaffold's line too."""
    outer, inner = tmp_path / "outer", tmp_path / "outer" / "docs"
    files = {
        **SMALL,
        "copier.yml": "_answers_file: .copier/answers.yml\nname: thing\n",
        ".copier/answers.yml.jinja": "{{ _copier_answers|to_nice_json }}\n",
    }
    commit(tmp_path / "template", {name: text for name, text in files.items() if name != ANSWERS_FILE}, "v1.0.0")
    write(outer, {".copier-answers.yml": "_src_path: gone\n_commit: v1.0.0\n"})
    assert scaffold("new", str(inner), "--template", str(tmp_path / "template"), "--defaults").code == 0
    git_commit_all(outer)
    record = json.loads((inner / ".copier" / "answers.yml").read_text(encoding="utf-8"))
    assert record["_scaffold_commit"] == git(tmp_path / "template", "rev-parse", "HEAD").strip()
    [piece] = json.loads(scaffold("check", str(inner), "--json").out)["pieces"]
    assert (piece["answers_file"], piece["drift"], piece["problem"]) == (".copier/answers.yml", [], None)


def test_a_relative_source_starts_from_the_project(
    tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From every folder; where the current one would mean another, that is said; the record stays as it is written."""
    commit(tmp_path / "work" / "template", SMALL, "v1.0.0")
    commit(tmp_path / "elsewhere" / "template", CI, "v9.0.0")
    project = tmp_path / "work" / "demo"
    record = "_commit: v1.0.0\n_src_path: ../template\nname: thing\n"
    write(project, {".copier-answers.yml": record, "README.md": "# thing\n"})
    git_commit_all(project)
    (tmp_path / "elsewhere" / "folder").mkdir()
    for place, remarks in ((project, 0), (tmp_path, 0), (tmp_path / "elsewhere" / "folder", 1)):
        monkeypatch.chdir(place)
        [piece] = json.loads(scaffold("check", str(project), "--json").out)["pieces"]
        assert (piece["problem"], piece["drift"], len(piece["remarks"])) == (None, [], remarks)
    assert "not " in piece["remarks"][0]
    commit(tmp_path / "work" / "template", {"README.md.jinja": "# {{ name }}\n\nnewer\n"}, "v1.1.0")
    result = scaffold("update", str(project))
    assert (result.code, result.err.startswith("note: the template ../template is taken from the project")) == (0, True)
    assert "_src_path: ../template\n" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path / "work")
    write(project, {".copier-answers.yml": record.replace("../template", "template")})
    gone = scaffold("update", str(project), "--allow-dirty")
    assert (gone.code, gone.err.count("\n")) == (1, 1)
    assert "put _src_path: ../template there if that is meant" in gone.err
