"""A fresh clone is a good place for a project, without a terminal too: what is there stays, then and later."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from harness import contents, git, git_commit_all
from repositories import ANSWERS, ANSWERS_FILE, commit

from scaffold.clone import recognised
from scaffold.template import bundled

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run
    from newer import Newer

MINE = {"README.md": b"# mine\r\n", ".gitignore": b"*.mine\n", ".DS_Store": b"\0\1"}


def license_text(name: str) -> str:
    """As a code host writes it."""
    return bundled().evaluate(f'{{% include "licenses/{name}.jinja" %}}', {"author": "Grace Hopper", "name": "x"})


@pytest.fixture
def clone(here: Path) -> Path:
    """A repository with a commit, as a code host begins one."""
    folder = here / "demo"
    folder.mkdir()
    for name, content in MINE.items():
        (folder / name).write_bytes(content)
    (folder / ".venv").mkdir()
    (folder / ".idea").mkdir()
    (folder / "LICENSE").write_text(license_text("BSD-3-Clause"), encoding="utf-8")
    git(folder, "init", "--quiet")
    return folder


def kept(folder: Path) -> dict[str, bytes]:
    """The files that were there, as they are now."""
    return {name: (folder / name).read_bytes() for name in MINE}


def test_what_is_there_is_kept_and_said(clone: Path, scaffold: Run) -> None:
    """Byte for byte; the license that is there is the project's; the rest is written."""
    license_before = (clone / "LICENSE").read_bytes()
    result = scaffold("new", "demo", "--defaults")
    assert result.code == 0, result.err
    assert kept(clone) == MINE
    assert (clone / "LICENSE").read_bytes() == license_before
    assert 'license = "BSD-3-Clause"' in (clone / "pyproject.toml").read_text(encoding="utf-8")
    assert (clone / "src" / "demo" / "work.py").is_file()
    assert result.err == (
        "note: kept what is there: .gitignore, LICENSE, README.md;"
        " scaffold check --show README.md demo prints what the template has\n"
    )
    assert "├── README.md  (kept)\n" in result.out
    assert "--license BSD-3-Clause" in result.out
    shown = scaffold("check", "--show", "README.md", "demo")
    assert (shown.code, shown.out.splitlines()[0]) == (0, "# demo")


def test_a_dry_run_says_it_and_shows_the_file_that_is_not_written(clone: Path, scaffold: Run) -> None:
    """Nothing is written."""
    before = contents(clone)
    result = scaffold("new", "demo", "--defaults", "--dry-run", "--show", "README.md")
    assert "README.md  (kept)\n" in result.out
    assert "\n# demo\n" in result.out
    assert "--show README.md prints what the template has" in result.err
    document = json.loads(scaffold("new", "demo", "--defaults", "--dry-run", "--json").out)
    assert document["kept"] == [".gitignore", "LICENSE", "README.md"]
    assert {file["path"] for file in document["files"] if file["change"] == "kept"} == {*document["kept"]}
    assert contents(clone) == before


def test_undo_takes_back_only_what_was_written(clone: Path, scaffold: Run) -> None:
    """And leaves the clone as it was."""
    before, folders = contents(clone), sorted(os.listdir(clone))
    document = json.loads(scaffold("new", "demo", "--defaults", "--json").out)
    assert not {*document["kept"]} & {file["path"] for file in document["files"]}
    assert scaffold("undo", "demo", "--yes").code == 0
    assert (contents(clone), sorted(os.listdir(clone))) == (before, folders)


def test_force_replaces_what_is_there(clone: Path, scaffold: Run) -> None:
    """As in any other directory."""
    result = scaffold("new", "demo", "--defaults", "--force")
    assert result.code == 0
    assert (clone / "README.md").read_text(encoding="utf-8").startswith("# demo\n")
    assert b"_kept" not in (clone / ".copier-answers.yml").read_bytes()


def test_kept_files_are_none_of_ours_later_on(clone: Path, scaffold: Run) -> None:
    """Neither `check --strict` nor `reanswer` has anything to do with them, not even where they are gone."""
    assert scaffold("new", "demo", "--defaults").code == 0
    git_commit_all(clone)
    assert json.loads(scaffold("check", "demo", "--json", "--strict").out)["pieces"][0]["drift"] == []
    assert scaffold("reanswer", "demo", "--workers", "7", "--description", "Other words.").code == 0
    assert kept(clone) == MINE
    (clone / "README.md").unlink()
    git_commit_all(clone)
    status = scaffold("check", "demo", "--strict")
    assert (status.code, status.out) == (0, f"demo: {bundled().version} is current\n")
    assert scaffold("reanswer", "demo", "--workers", "8").code == 0
    assert not (clone / "README.md").exists()
    assert '_kept: [".gitignore", "LICENSE", "README.md"]' in (clone / ".copier-answers.yml").read_text("utf-8")


@pytest.mark.slow
def test_an_update_leaves_kept_files_alone(clone: Path, scaffold: Run, ahead: Newer) -> None:
    """To a newer template too, which records them again."""
    assert scaffold("new", "demo", "--defaults").code == 0
    git_commit_all(clone)
    done = ahead("update", "--defaults", cwd=clone)
    assert done.code == 0, done.err
    assert kept(clone) == MINE
    assert "_kept: " in (clone / ".copier-answers.yml").read_text("utf-8")


@pytest.mark.parametrize("name", ["MIT", "Apache-2.0", "BSD-3-Clause"])
def test_a_license_is_recognised_by_all_of_its_words(name: str) -> None:
    """Whoever holds it and however it is wrapped; not beside other terms."""
    text = license_text(name)
    assert recognised(text) == name
    assert recognised("  ".join(text.replace("Grace Hopper", "2024 ACME, Inc.").split())) == name
    assert recognised(text.replace("SOFTWARE", "BEER").replace("Software", "Beer").replace("License", "x")) == "none"
    assert recognised("GNU GENERAL PUBLIC LICENSE, or at your option: " + "word " * 100 + text) == "none"
    if name != "Apache-2.0":
        assert recognised(text + "\nExcept on Sundays.\n") == "none"
    else:
        assert recognised(text.partition("APPENDIX")[0]) == name
        assert (
            recognised(text.partition("APPENDIX")[0] + "---- LLVM Exceptions to the Apache 2.0 License ----") == "none"
        )


def test_a_license_that_is_not_recognised_means_none(clone: Path, scaffold: Run) -> None:
    """It is said; another answer is possible, and said to differ."""
    (clone / "LICENSE").write_text("All rights reserved.\n", encoding="utf-8")
    planned = scaffold("new", "demo", "--defaults", "--dry-run")
    assert "note: LICENSE is no license that is known here: --license none\n" in planned.err
    (clone / "LICENSE").write_text(license_text("MIT"), encoding="utf-8")
    other = scaffold("new", "demo", "--defaults", "--license", "Apache-2.0")
    assert "note: LICENSE is MIT, and the project says Apache-2.0\n" in other.err


@pytest.mark.parametrize("name", ["notes.txt", "src", "pyproject.toml", "LICENSES.d/x/../../setup.py"])
def test_anything_else_makes_it_a_taken_folder(clone: Path, scaffold: Run, name: str) -> None:
    """One line names a name that is free, and `scaffold add`."""
    (clone / "LICENSES.d" / "x").mkdir(parents=True)
    (clone / name).write_text("x", encoding="utf-8")
    (clone.parent / "demo-2").mkdir()
    result = scaffold("new", "demo", "--defaults")
    assert (result.code, result.err.count("\n"), result.out) == (1, 1, "")
    assert "such as demo-3, add a module to what is there (scaffold add demo), or replace with --force" in result.err


def test_a_parent_that_is_missing_is_made(here: Path, scaffold: Run) -> None:
    """A dry run says so; a write that fails leaves none behind."""
    planned = scaffold("new", "a/b/demo", "--defaults", "--dry-run")
    assert planned.err == f"note: '{here}/a/b' is made, too\n"
    assert os.listdir(here) == []
    assert scaffold("new", "a/b/demo", "--defaults").code == 0
    assert (here / "a" / "b" / "demo" / "src" / "demo").is_dir()
    assert scaffold("template", "new", "c/d/tree").code == 0
    refused = scaffold("new", "e/con/demo", "--defaults")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "device" in refused.err
    assert sorted(os.listdir(here)) == ["a", "c"]


@pytest.mark.slow
def test_a_template_of_the_teams_keeps_them_too(clone: Path, here: Path, scaffold: Run) -> None:
    """Its next version does not touch what was there either."""
    files = {
        "copier.yml": "_subdirectory: tree\nname: {type: str, default: shop}\n",
        "tree/README.md.jinja": "# {{ name }}\none\n",
        "tree/app.py.jinja": "NAME = '{{ name }}'\n",
        f"tree/{ANSWERS_FILE}": ANSWERS,
    }
    commit(here / "template", files, "v1.0.0")
    made = scaffold("new", "demo", "--template", str(here / "template"), "--defaults")
    assert made.code == 0, made.err
    assert kept(clone) == MINE
    git_commit_all(clone)
    commit(here / "template", {"tree/README.md.jinja": "# two\n", "tree/app.py.jinja": "NAME = 2\n"}, "v1.1.0")
    assert scaffold("update", "demo", "--defaults").code == 0
    assert (clone / "app.py").read_bytes() == b"NAME = 2\n"
    assert kept(clone) == MINE
    git_commit_all(clone)
    assert scaffold("check", "demo", "--strict").code == 0
