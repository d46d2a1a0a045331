"""`scaffold update` beside `copier update` of the same project: the same bytes and modes where Copier loses nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from custom import QUESTION, RECORD, Link, Program, project_of, put, release, standing
from harness import git, git_commit_all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness import Run

pytestmark = pytest.mark.slow

Files = dict[str, "str | bytes | None"]
LINES = "".join(f"line {number}\n" for number in range(20))
NEWER = LINES.replace("line 15\n", "LINE 15\nand more\n")
MINE = LINES.replace("line 2\n", "mine 2\n")
COPIER = "import sys, copier; copier.run_update(sys.argv[1], defaults=True, overwrite=True, quiet=True, unsafe=True)"


def both(tmp_path: Path, scaffold: Run, project: Path, *options: str) -> tuple[Mapping[str, object], ...]:
    """What each of the two makes of the project."""
    theirs = tmp_path / "theirs" / project.name
    shutil.copytree(project, theirs, symlinks=True)
    subprocess.run([sys.executable, "-W", "ignore", "-c", COPIER, str(theirs)], check=True, capture_output=True)
    result = scaffold("update", str(project), "--defaults", *options)
    assert result.code == 0, result.err
    found = []
    for place in (project, theirs):
        files: dict[str, object] = {**standing(place)}
        record = (place / RECORD).read_text(encoding="utf-8").splitlines()
        files[RECORD] = [line for line in record if not line.startswith("_scaffold_commit")]
        found.append(files)
    return tuple(found)


def test_files_of_every_kind(tmp_path: Path, scaffold: Run) -> None:
    """Edits apart from the template's, files that come, go, move and change their kind, and those of the user's own."""
    template, project = tmp_path / "template", tmp_path / "shop"
    common = "_subdirectory: tree\n_preserve_symlinks: true\n_envops: {keep_trailing_newline: false}\n" + QUESTION
    first: Files = {
        "{{ name }}/both.txt.jinja": "{{ name }} in a shop\n" + LINES,
        "theirs.txt": LINES,
        "mine.txt": LINES,
        "moved.txt": "moved\n" + LINES,
        "gone.txt": LINES.replace("line", "gone"),
        "empty.txt": "",
        "logo.bin": b"\0one",
        "crlf.txt": LINES.replace("\n", "\r\n"),
        "no-end.txt": "no\nend",
        "tool.sh": LINES.replace("line", "tool"),
        "link": Link("theirs.txt"),
        "{% yield part from ['x', 'y'] %}{{ part }}{% endyield %}.txt.jinja": "{{ part }}\n",
        "{% if name == 'shop' %}when.txt{% endif %}.jinja": "when\n",
    }
    answers = {"tree/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"}
    release(
        template,
        {"copier.yml": common, **{f"tree/{name}": content for name, content in first.items()}, **answers},
        "v1.0.0",
    )
    result = scaffold("new", str(project), "--template", str(template), "--defaults")
    assert result.code == 0, result.err
    mine: Files = {
        "shop/both.txt": f"shop in a shop\n{MINE}".rstrip("\n"),
        "mine.txt": MINE,
        "own.txt": "own\n",
        "no-end.txt": "no\nend\nmine\n",
    }
    put(project, mine)
    git_commit_all(project)
    second: Files = {
        "{{ name }}/both.txt.jinja": "{{ name }} in a shop\n" + NEWER,
        "theirs.txt": NEWER,
        "moved.txt": None,
        "elsewhere/moved.txt": "moved\n" + NEWER,
        "gone.txt": None,
        "empty.txt": "no more\n",
        "logo.bin": b"\0two",
        "crlf.txt": NEWER.replace("\n", "\r\n"),
        "tool.sh": Program(LINES.replace("line", "tool")),
        "link": Link("mine.txt"),
        "{% yield part from ['x', 'y'] %}{{ part }}{% endyield %}.txt.jinja": "{{ part }} {{ part }}\n",
        "new/program": Program("new\n"),
        "new/plain.txt.jinja": "{{ colour }}",
    }
    question = "colour: {type: str, default: red}\n"
    release(
        template,
        {"copier.yml": common + question, **{f"tree/{name}": content for name, content in second.items()}},
        "v1.1.0",
    )
    ours, theirs = both(tmp_path, scaffold, project)
    assert ours == theirs


def test_folders_without_a_file(tmp_path: Path, scaffold: Run) -> None:
    """Those that a version makes and the next does not, or does no more, with all that may be in them by then."""
    template, project = tmp_path / "template", tmp_path / "shop"
    none = "{% if name == 'other' %}x{% endif %}.jinja"  # a file that is not rendered leaves the folder that it is in
    first = ("goes", "goes/deep/er", "holds-mine", "holds-my-folder", "stays", "deleted-here", "filled", "filled-here")
    release(template, {f"{folder}/{none}": "" for folder in first} | {"dropped/file.txt": LINES}, "v1.0.0")
    result = scaffold("new", str(project), "--template", str(template), "--defaults")
    assert result.code == 0, result.err
    put(project, {"holds-mine/own.txt": "own\n", "filled-here/file.txt": LINES})
    (project / "holds-my-folder" / "own").mkdir()
    (project / "deleted-here").rmdir()
    git_commit_all(project)
    before = standing(project)
    gone: Files = {f"{folder}/{none}": None for folder in first if folder != "stays"}
    files = dict.fromkeys(("filled/file.txt", "filled-here/file.txt"), LINES)
    second: Files = {**files, "dropped/file.txt": None, f"dropped/{none}": "", f"comes/{none}": ""}
    release(template, {**gone, **second}, "v1.1.0")
    ours, theirs = both(tmp_path, scaffold, project)
    made_by_new = dict.fromkeys(("stays", "dropped"), ("folder", b""))  # Copier's update removes them all the same
    assert ours == {**theirs, **made_by_new}
    folders = {name for name, kind in ours.items() if kind == ("folder", b"")}
    assert folders == {"stays", "dropped", "comes", "holds-my-folder/own"}
    assert scaffold("undo", "--yes", str(project)).code == 0
    assert standing(project) == before


def test_tasks_and_migrations(tmp_path: Path, scaffold: Run) -> None:
    """With all that they are told."""
    template, project = tmp_path / "template", tmp_path / "shop"
    task = "_tasks:\n- command: echo {{ _copier_operation }} {{ name }} > task.txt\n  when: \"{{ name != 'other' }}\"\n"
    release(template, {"copier.yml": task + QUESTION, "file.txt": LINES}, "v1.0.0")
    project_of(template, project, {"file.txt": MINE, "task.txt": "copy shop\n", "own.txt": "own\n"})
    migrations = """\
_migrations:
- version: v1.1.0
  before: ["git mv own.txt before.txt"]
  after: ["echo $STAGE $VERSION_FROM $VERSION_TO >> file.txt"]
- env | grep -E '^(STAGE|VERSION_)' | sort > environment.txt
"""
    release(template, {"copier.yml": migrations + task + QUESTION, "file.txt": NEWER}, "v1.1.0")
    refused = scaffold("update", str(project), "--defaults")
    digest = refused.err.partition("--trust ")[2].split()[0]
    ours, theirs = both(tmp_path, scaffold, project, "--trust", digest)
    assert ours == theirs
    assert git(project, "status", "--porcelain", "own.txt") == " D own.txt\n"
