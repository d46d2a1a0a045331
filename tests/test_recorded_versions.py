"""The version that a project was made by: found whatever the record calls it, and one line where it is gone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from harness import git, git_commit_all
from repositories import SMALL, commit, write

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

pytestmark = pytest.mark.slow

AFTER = {"README.md.jinja": "# {{ name }}\n\nafter the release\n"}
NEWER = {"README.md.jinja": "# {{ name }}\n\nafter the release\n\nnewer\n"}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A release, and a commit after it."""
    commit(tmp_path / "template", SMALL, "v1.0.0")
    commit(tmp_path / "template", AFTER)
    return tmp_path / "template"


def project_of(folder: Path, template: Path, recorded: str, text: str, whole: str = "") -> Path:
    """What Copier made of the template, with the version on record; where `whole` is given, with scaffold's line."""
    record = {"_commit": recorded, "_src_path": str(template), "name": "thing"}
    answers = yaml.safe_dump(record)  # which quotes a hash that is all digits, as Copier does
    line = f"_scaffold_commit: {whole}\n" if whole else ""
    write(folder, {".copier-answers.yml": answers + line, "README.md": text.replace("{{ name }}", "thing")})
    git_commit_all(folder)
    return folder


def pieces_of(scaffold: Run, *projects: Path) -> list[dict[str, Any]]:
    """How each stands."""
    found = scaffold("check", "--jsonl", *map(str, projects)).out.splitlines()
    return [piece for line in found for piece in json.loads(line)["pieces"]]


def test_a_version_under_any_name(tmp_path: Path, template: Path, scaffold: Run) -> None:
    """What `git describe` says, a whole hash, a short one: untouched projects of Copier's are clean and current."""
    whole = git(template, "rev-parse", "HEAD").strip()
    described = git(template, "describe", "--tags").strip()
    names = [described, whole, whole[:7]]
    assert described.startswith("v1.0.0-1-g")
    places = [
        project_of(tmp_path / f"p{number}", template, name, AFTER["README.md.jinja"])
        for number, name in enumerate(names)
    ]
    first = pieces_of(scaffold, *places)
    assert [(piece["problem"], piece["drift"]) for piece in first] == [(None, [])] * 3
    assert (first[0]["behind"], first[0]["version"]) == (False, described)
    commit(template, NEWER, "v1.1.0")
    assert [piece["update_to"] for piece in pieces_of(scaffold, *places)] == ["v1.1.0"] * 3
    for place in (places[0], places[2]):
        (place / "own.txt").write_text("own\n", encoding="utf-8")
        git_commit_all(place)
        result = scaffold("update", str(place), "--defaults")
        assert (result.code, result.err) == (0, "")
        assert (place / "README.md").read_text(encoding="utf-8").endswith("newer\n")
        assert "_commit: v1.1.0\n" in (place / ".copier-answers.yml").read_text(encoding="utf-8")


def test_a_tag_that_is_gone_or_moved(tmp_path: Path, template: Path, scaffold: Run) -> None:
    """The commit beside it is what counts, also where no branch has it any more."""
    whole = git(template, "rev-parse", "v1.0.0").strip()
    gone, moved = (
        project_of(tmp_path / name, template, tag, SMALL["README.md.jinja"], whole)
        for name, tag in (("gone", "v1.0.0rc1"), ("moved", "v1.0.0"))
    )
    git(template, "tag", "--force", "v1.0.0", "HEAD")
    found = pieces_of(scaffold, gone, moved)
    assert [(piece["problem"], piece["drift"]) for piece in found] == [(None, [])] * 2
    assert [len(piece["remarks"]) for piece in found] == [0, 1]  # that the tag was moved
    assert scaffold("reanswer", str(moved), "--data", "name=other").code == 0
    assert (moved / "README.md").read_text(encoding="utf-8") == "# other\n"
    followed = scaffold("update", str(moved), "--allow-dirty", "--defaults")
    assert (followed.code, followed.err.count("\n"), "was moved" in followed.err) == (1, 1, True)
    commit(template, NEWER, "v1.1.0")
    result = scaffold("update", str(gone), "--defaults")
    assert (result.code, result.err) == (0, "")
    assert (gone / "README.md").read_text(encoding="utf-8").endswith("newer\n")


def test_a_template_without_releases(tmp_path: Path, scaffold: Run) -> None:
    """Its newest commit is what a project follows."""
    template = tmp_path / "template"
    commit(template, SMALL)
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--template", str(template), "--defaults").code == 0
    git_commit_all(project)
    assert scaffold("check", str(project)).code == 0
    newest = commit(template, AFTER)
    checked = scaffold("check", str(project))
    assert (checked.code, f"newest {newest}" in checked.out) == (3, True)
    assert scaffold("update", str(project), "--defaults").code == 0
    assert "after the release" in (project / "README.md").read_text(encoding="utf-8")
    git_commit_all(project)
    assert scaffold("check", str(project)).code == 0
    assert scaffold("update", str(project)).out == "nothing changes\n"


def test_a_version_that_is_truly_gone(tmp_path: Path, template: Path, scaffold: Run) -> None:
    """One line with the version and the ways out; nothing is written, and nothing is called current."""
    project = project_of(tmp_path / "demo", template, "v0.1.0", SMALL["README.md.jinja"])
    for command in ("update", "check"):
        result = scaffold(command, str(project))
        said = result.err or result.out
        assert (result.code, said.count("\n")) == ({"update": 1, "check": 3}[command], 1)
        assert "no longer has the version 'v0.1.0'" in said
        assert "--recopy" in said


def test_an_earlier_release_is_nothing_to_go_to(tmp_path: Path, template: Path, scaffold: Run) -> None:
    """A project of a pre-release is ahead of the release before it."""
    commit(template, NEWER, "v1.1.0rc1")
    project = project_of(tmp_path / "demo", template, "v1.1.0rc1", NEWER["README.md.jinja"])
    [piece] = pieces_of(scaffold, project)
    assert (piece["behind"], piece["drift"]) == (False, [])
    assert scaffold("update", str(project)).out == "nothing changes\n"


def test_a_template_that_moved(tmp_path: Path, template: Path, scaffold: Run) -> None:
    """`--source` names its new address, which is recorded; with a version, or with none that is newer."""
    project = project_of(tmp_path / "demo", template, "v1.0.0", SMALL["README.md.jinja"])
    moved = template.rename(tmp_path / "moved")
    lost = scaffold("update", str(project))
    assert (lost.code, lost.err.count("\n"), "--source" in lost.err) == (1, 1, True)
    assert scaffold("update", str(project), "--source", str(moved)).code == 0
    assert f"_src_path: {moved}\n" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    git_commit_all(project)
    assert scaffold("check", str(project)).code == 0
    commit(moved, NEWER, "v1.1.0")
    both = scaffold("update", str(project), "--source", f"{moved}@v1.1.0", "--to", "v1.1.0")
    assert (both.code, both.err.count("\n")) == (2, 1)
    assert scaffold("update", str(project), "--source", f"{moved}@v1.1.0").code == 0
    assert (project / "README.md").read_text(encoding="utf-8").endswith("newer\n")


def test_beginning_anew(tmp_path: Path, template: Path, scaffold: Run) -> None:
    """`--recopy`, where the version is gone: what is missing comes, what differs is a conflict, and no edit is lost."""
    commit(template, {**NEWER, "new.txt": "new\n", "same.txt": "same\n"}, "v1.1.0")
    project = project_of(tmp_path / "demo", template, "v1.0.7", "# {{ name }}\n\nmine\n")
    write(project, {"same.txt": "same\n", "own.txt": "own\n"})
    git_commit_all(project)
    result = scaffold("update", str(project), "--recopy", "--defaults")
    assert (result.code, result.err) == (3, "")
    assert sorted(line.split()[:2] for line in result.out.splitlines()) == [
        ["conflict", "README.md"],
        ["new", "new.txt"],
        ["updated", ".copier-answers.yml"],
    ]
    text = (project / "README.md").read_text(encoding="utf-8")
    assert "\nmine\n" in text
    assert "\nnewer\n" in text
    assert "_commit: v1.1.0\n" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert scaffold("check", str(project)).code == 3
    assert scaffold("undo", "--yes", str(project)).code == 0
    assert (project / "README.md").read_text(encoding="utf-8") == "# thing\n\nmine\n"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (
            {"copier.yml": '_min_copier_version: "99.0"\nname: thing\n'},
            "Upgrade it: python -m pip install --upgrade copier",
        ),
        ({".gitmodules": '[submodule "sub"]\n\tpath = sub\n\turl = ../gone\n'}, "submodule sub of "),
    ],
)
def test_a_version_that_cannot_be_used(
    tmp_path: Path, template: Path, scaffold: Run, files: dict[str, str], says: str
) -> None:
    """One line with the way out, for going there and for being there; that the project is behind is told."""
    write(template, files)
    if ".gitmodules" in files:
        (template / "sub").mkdir()
        whole = git(template, "rev-parse", "HEAD").strip()
        git(template, "update-index", "--add", "--cacheinfo", f"160000,{whole},sub")
    commit(template, {}, "v1.1.0")
    project = project_of(tmp_path / "demo", template, "v1.0.0", SMALL["README.md.jinja"])
    updated = scaffold("update", str(project))
    assert (updated.code, updated.err.count("\n"), says in updated.err) == (1, 1, True), updated.err
    behind = scaffold("check", str(project))
    assert (behind.code, "v1.0.0, newest v1.1.0" in behind.out) == (3, True)
    there = scaffold("check", str(project_of(tmp_path / "there", template, "v1.1.0", SMALL["README.md.jinja"])))
    assert (there.code, there.out.count("\n"), says in there.out) == (3, 1, True), there.out


def test_a_hash_that_reads_as_a_version(tmp_path: Path, scaffold: Run) -> None:
    """Such as 79652b9: it stands before every release, not after."""
    template = tmp_path / "template"
    commit(template, SMALL)
    number = 0
    while not re.fullmatch(r"[0-9]+b[0-9]+", short := git(template, "rev-parse", "HEAD")[:7]):
        number += 1
        git(template, "commit", "--quiet", "--amend", "--message", f"try {number}")
    project = project_of(tmp_path / "demo", template, short, SMALL["README.md.jinja"])
    commit(template, NEWER, "v1.0.0")
    [piece] = pieces_of(scaffold, project)
    assert (piece["update_to"], piece["newer_major"], piece["drift"]) == ("v1.0.0", None, [])
