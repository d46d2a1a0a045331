"""Another name for a project, its package or a module: everything generated moves, what is left to do is listed."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING

import pytest
from harness import git_commit_all

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

MINE = {
    "src/demo/mine.py": "import demo.helpers\nfrom demo.threadpool_map import stream\nfrom . import threadpool_map\n",
    "src/demo/helpers.py": "X = 1\n",
    "tool.py": "import os\n\nfrom demo import (\n    work,\n    threadpool_map,\n)\nimport demolition\n",
    "broken.py": "import demo.threadpool_map\nthis is no Python\n",
    "use_retry.py": "def late():\n    from demo.retry import stream\n",
    "elsewhere/other.py": "from . import threadpool_map\nfrom .threadpool_map import stream\n",
}


@pytest.fixture
def project(here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed project with a module of its own beside it, and files of the user's that import both."""
    assert scaffold("new", "demo", "--defaults").code == 0
    assert scaffold("add", "demo", "--module", "retry", "--defaults").code == 0
    for name, text in MINE.items():
        (here / "demo" / name).parent.mkdir(exist_ok=True)
        (here / "demo" / name).write_text(text, encoding="utf-8")
    git_commit_all(here / "demo")
    monkeypatch.chdir(here / "demo")
    return here / "demo"


def to_do(scaffold: Run, *arguments: str) -> list[tuple[str, int, str]]:
    """What is listed, by file and line; a dry run lists the same."""
    planned = json.loads(scaffold("reanswer", *arguments, "--dry-run", "--json").out)
    document = json.loads(scaffold("reanswer", *arguments, "--json").out)
    assert [piece["renamed"] for piece in document["pieces"]] == [piece["renamed"] for piece in planned["pieces"]]
    return [(item["path"], item["line"], item["say"]) for piece in document["pieces"] for item in piece["renamed"]]


@pytest.mark.slow
def test_rename_moves_the_module_and_lists_who_imports_it(project: Path, scaffold: Run) -> None:
    """Absolute and relative imports, in a file that is no Python, too; what only looks alike is not listed."""
    assert to_do(scaffold, "--rename", "fetch") == [
        ("broken.py", 1, "imports demo.threadpool_map, which is demo.fetch now"),
        ("src/demo/mine.py", 2, "imports demo.threadpool_map.stream, which is demo.fetch.stream now"),
        ("src/demo/mine.py", 3, "imports .threadpool_map, which is .fetch now"),
        ("tool.py", 3, "imports demo.threadpool_map, which is demo.fetch now"),
    ]
    assert (project / "src/demo/fetch.py").is_file()
    assert not (project / "src/demo/threadpool_map.py").exists()
    assert "from demo.fetch import" in (project / "tests/test_fetch.py").read_text(encoding="utf-8")
    git_commit_all(project)
    assert scaffold("check", "--strict").code == 0


@pytest.mark.slow
def test_a_module_that_was_added_moves_with_its_record(project: Path, scaffold: Run) -> None:
    """`--module` says which; afterwards it is found by its new name."""
    assert to_do(scaffold, "--module", "retry", "--rename", "again") == [
        ("use_retry.py", 2, "imports demo.retry.stream, which is demo.again.stream now")
    ]
    records = [name for name in os.listdir(project) if name.startswith(".copier-answers")]
    assert sorted(records) == [".copier-answers.again.yml", ".copier-answers.yml"]
    git_commit_all(project)
    assert scaffold("check", "--strict", "--module", "again").code == 0
    assert scaffold("undo", "--yes").code == 0
    assert (project / ".copier-answers.retry.yml").is_file()


@pytest.mark.slow
def test_another_name_for_the_project(project: Path, scaffold: Run) -> None:
    """Files that are left in the old package are named, and the module there with the command that moves it."""
    listed = to_do(scaffold, "--name", "shop")
    assert ("src/demo/helpers.py", 1, "is left in the old package: move it to shop") in listed
    assert ("src/demo/mine.py", 1, "imports demo.helpers, which is shop.helpers now") in listed
    assert ("tool.py", 3, "imports demo.work, which is shop.work now") in listed
    assert ("use_retry.py", 2, "imports demo.retry.stream, which is shop.retry.stream now") in listed
    [(_, _, says)] = [row for row in listed if row[0] == ".copier-answers.retry.yml"]
    command = says.partition(": ")[2]
    assert says == "is for the package demo: scaffold reanswer --module retry --package shop"
    assert not [row for row in listed if row[0].endswith(("/retry.py", "/test_retry.py"))]
    git_commit_all(project)
    assert scaffold(*shlex.split(command)[1:]).code == 0
    assert (project / "src/shop/retry.py").is_file()


@pytest.mark.slow
def test_without_another_name_nothing_is_listed(project: Path, scaffold: Run) -> None:
    """Nor for a person."""
    assert project.is_dir()
    assert to_do(scaffold, "--workers", "7") == []
    assert "since a name has changed" not in scaffold("reanswer", "--workers", "8", "--allow-dirty").out
    assert "  tool.py:3: imports" in scaffold("reanswer", "--name", "shop", "--allow-dirty").out


def test_names_that_cannot_be(project: Path, scaffold: Run, here: Path) -> None:
    """A file that is in the way; the keyword; no module of the project's own."""
    (project / "src/demo/taken.py").touch()
    for words, says in (
        (("--rename", "taken"), "would need src/demo/taken.py, which is there already"),
        (("--module", "retry", "--rename", "taken"), "would need src/demo/taken.py"),
        (("--rename", "class"), "is a keyword of Python"),
        (("--rename", "work"), "is taken"),
    ):
        result = scaffold("reanswer", "--allow-dirty", *words)
        assert (result.code in (1, 2), result.err.count("\n"), says in result.err) == (True, 1, True), words
    (here / "bare" / "acme").mkdir(parents=True)
    (here / "bare" / "acme" / "__init__.py").touch()
    assert scaffold("add", str(here / "bare"), "--module", "one", "--defaults").code == 0
    refused = scaffold("reanswer", str(here / "bare"), "--rename", "two", "--allow-dirty")
    assert (refused.code, "choose one with --module" in refused.err) == (2, True)
