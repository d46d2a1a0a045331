"""`scaffold new` from outside, where nobody can be asked: what it writes, shows and refuses."""

from __future__ import annotations

import json
import os
import shlex
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from harness import ROOT, Run, files_below, in_own_process

from scaffold.answers import from_interpreter
from scaffold.template import bundled

if TYPE_CHECKING:
    from pathlib import Path


def test_a_project_is_written_and_shown(here: Path, scaffold: Run) -> None:
    """With a tree, three next steps and the command that makes the same again."""
    result = scaffold("new", "demo", "--defaults")
    assert result.code == 0
    assert result.err == ""
    assert sorted(files_below(here / "demo")) == [
        ".copier-answers.yml",
        ".github/workflows/tests.yml",
        ".gitignore",
        "AGENTS.md",
        "LICENSE",
        "README.md",
        "docs/WHY.md",
        "pyproject.toml",
        "src/demo/__init__.py",
        "src/demo/__main__.py",
        "src/demo/cli.py",
        "src/demo/py.typed",
        "src/demo/threadpool_map.py",
        "src/demo/work.py",
        "tests/conftest.py",
        "tests/test_cli.py",
        "tests/test_threadpool_map.py",
        "tests/test_work.py",
    ]
    assert result.out.startswith("demo\n├── .copier-answers.yml\n")
    assert '  .venv/bin/python -m pip install -e ".[test]"\n' in result.out
    assert sorted(os.listdir(here)) == ["demo"]


def test_the_command_that_is_printed_makes_the_same_project(here: Path, scaffold: Run) -> None:
    """Whatever was answered."""
    flags = ["--shape", "service", "--no-results", "--bound", "mixed", "--work", "both", "--python", "3.12"]
    words = ["--description", 'Says "hi" to\n$HOME `now` \\ 😀', "--author", "O'Neil", "--license", "BSD-3-Clause"]
    first = scaffold("new", "my-tool", *flags, *words, "--module", "looper")
    assert first.code == 0, first.err
    command = shlex.split(first.out[first.out.index("  scaffold new ") :])
    once = files_below(here / "my-tool")
    (here / "my-tool").rename(here / "first")
    assert scaffold(*command[1:]).code == 0
    assert files_below(here / "my-tool") == once


def test_a_dry_run_writes_nothing_and_shows_the_tree_and_files(here: Path, scaffold: Run) -> None:
    """As they would be."""
    result = scaffold("new", "demo", "--defaults", "--dry-run", "--show", "LICENSE", "--show", ".gitignore")
    assert result.code == 0
    assert "├── LICENSE  (new)\n" in result.out
    assert "\nMIT License\n" in result.out
    assert "\n__pycache__/\n" in result.out
    assert os.listdir(here) == []


def test_json_is_alone_on_stdout_and_says_what_was_written(here: Path, scaffold: Run) -> None:
    """For programs."""
    document = json.loads(scaffold("new", "demo", "--defaults", "--json").out)
    assert document["written"] is True
    assert {file["path"] for file in document["files"]} == set(files_below(here / "demo"))
    assert document["answers"]["package"] == "demo"
    assert document["recommendation"]["design"] == "threadpool/map"
    planned = json.loads(scaffold("new", "two", "--defaults", "--json", "--dry-run", "--show", "LICENSE").out)
    assert planned["written"] is False
    assert [file["path"] for file in planned["files"] if "content" in file] == ["LICENSE"]
    assert not (here / "two").exists()


def test_the_destination_may_be_an_empty_directory_or_follow_from_the_name(here: Path, scaffold: Run) -> None:
    """Both are common."""
    (here / "empty").mkdir()
    assert scaffold("new", "empty", "--defaults").code == 0
    assert (here / "empty" / "src" / "empty").is_dir()
    assert scaffold("new", "--defaults", "--name", "My.Tool").code == 0
    assert (here / "My.Tool" / "src" / "my_tool").is_dir()
    os.chdir(here / "empty" / "tests")
    assert scaffold("new", "--defaults", "--name", "inner").code == 0


def test_the_current_directory_can_be_the_destination(
    here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`scaffold new .` in a fresh folder names the project after it."""
    (here / "fresh one").mkdir()
    monkeypatch.chdir(here / "fresh one")
    result = scaffold("new", ".", "--defaults")
    assert result.code == 0, result.err
    assert (here / "fresh one" / "src" / "fresh_one").is_dir()


def test_files_of_the_users_are_never_replaced_unasked(here: Path, scaffold: Run) -> None:
    """The clashes are listed; nothing changes."""
    (here / "demo").mkdir()
    (here / "demo" / "README.md").write_text("mine", encoding="utf-8")
    (here / "demo" / "notes.txt").write_text("mine", encoding="utf-8")
    result = scaffold("new", "demo", "--defaults")
    assert result.code == 1
    assert "(README.md)" in result.err
    assert "--force" in result.err
    assert files_below(here / "demo") == {"README.md": b"mine", "notes.txt": b"mine"}


def test_force_replaces_only_files_of_the_plan_and_previews_them(here: Path, scaffold: Run) -> None:
    """Everything else, and the modes of files, stay."""
    (here / "demo" / "src").mkdir(parents=True)
    (here / "demo" / "README.md").write_text("mine", encoding="utf-8")
    (here / "demo" / "README.md").chmod(0o640)
    (here / "demo" / "src" / "notes.txt").write_text("mine", encoding="utf-8")
    result = scaffold("new", "demo", "--defaults", "--force")
    assert result.code == 0
    assert "README.md  (replaced)" in result.err
    assert "LICENSE  (new)" in result.err
    after = files_below(here / "demo")
    assert after["src/notes.txt"] == b"mine"
    assert after["README.md"].startswith(b"# demo\n")
    assert stat.S_IMODE((here / "demo" / "README.md").stat().st_mode) == 0o640
    assert len(after) == 19
    assert os.listdir(here) == ["demo"]


def test_force_does_not_write_through_symlinks_or_over_directories(here: Path, scaffold: Run) -> None:
    """Neither a file nor a directory of the plan may lead elsewhere."""
    (here / "outside").mkdir()
    (here / "demo").mkdir()
    (here / "demo" / "src").symlink_to(here / "outside")
    assert scaffold("new", "demo", "--defaults", "--force").code == 1
    (here / "demo" / "src").unlink()
    (here / "demo" / "LICENSE").mkdir()
    result = scaffold("new", "demo", "--defaults", "--force")
    assert result.code == 1
    assert "LICENSE' is no plain file" in result.err
    assert os.listdir(here / "outside") == []
    assert os.listdir(here / "demo") == ["LICENSE"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["demo", "--defaults", "--name", "a/b"], 2, "--name: 'a/b' is no name for a project"),
        (["demo", "--defaults", "--name", ""], 2, "--name: '' must not be empty"),
        (["demo", "--defaults", "--name", "-x"], 2, "--name"),
        (["demo", "--defaults", "--package", "class"], 2, "--package: 'class' is a keyword of Python"),
        (["demo", "--defaults", "--package", "queue"], 2, "--package: 'queue' would shadow"),
        (["demo", "--defaults", "--module", "threading"], 2, "--module: 'threading' would shadow"),
        (["demo", "--defaults", "--module", "a/b"], 2, "--module: 'a/b' is no name for a module"),
        (["demo", "--defaults", "--module", ".."], 2, "--module: '..' is no name for a module"),
        (["demo", "--defaults", "--module", "work"], 2, "--module: 'work' is taken"),
        (["demo", "--defaults", "--package", "x" * 41], 2, "--package"),
        (["demo", "--defaults", "--package", "über"], 2, "--package: 'über' is no name"),
        (["demo", "--defaults", "--description", "a\0b"], 2, r"holds the control character '\x00'"),
        (["demo", "--defaults", "--description", "a\ud800b"], 2, "half of a surrogate pair"),
        (["demo", "--defaults", "--author", "\033[31mred"], 2, "control character"),
        (["demo", "--defaults", "--description", "  "], 2, "--description"),
        (["demo", "--defaults", "--workers", "many"], 2, "--workers: 'many' is not a whole number"),
        (["demo", "--defaults", "--workers", "0"], 2, "--workers: 0 is not between 1 and 1000"),
        (["demo", "--defaults", "--workers", "9" * 400], 2, "--workers"),
        (["demo", "--defaults", "--python", "3.1"], 2, "did you mean '3.1"),
        (["demo", "--defaults", "--show", "LICENSE"], 2, "--show goes with --dry-run"),
        (["demo", "--defaults", "--dry-run", "--show", "LICENCE"], 2, "did you mean 'LICENSE'?"),
        (["demo"], 2, "--shape many-similar --results"),
        (["queue", "--defaults"], 2, "--package: 'queue' would shadow"),
        (["", "--defaults"], 2, "DEST must not be empty"),
        (["x" * 300, "--defaults", "--name", "x"], 2, "too long a path"),
        (["con", "--defaults"], 2, "is the name of a device on Windows"),
        (["json", "--defaults"], 2, "--package: 'json' would shadow"),
        (["müller", "--defaults"], 2, "add --name mueller"),
        (["a\nb", "--defaults", "--name", "x"], 2, "control characters in its name, which no terminal shows"),
        (["file", "--defaults"], 1, "is a file"),
        (["file/inner", "--defaults"], 1, "is no directory"),
        (["link", "--defaults"], 1, "is a symbolic link"),
        (["dangling", "--defaults"], 1, "is a symbolic link"),
        (["loop/inner", "--defaults"], 1, "loop"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(
    here: Path, scaffold: Run, arguments: list[str], code: int, says: str
) -> None:
    """It names what is wrong and which flag mends it."""
    (here / "file").write_text("", encoding="utf-8")
    (here / "target").mkdir()
    (here / "link").symlink_to("target")
    (here / "dangling").symlink_to("missing")
    (here / "loop").symlink_to("loop")
    before = sorted(os.listdir(here))
    result = scaffold("new", *arguments)
    assert (result.code, result.err.count("\n"), result.out) == (code, 1, "")
    assert says in result.err
    assert sorted(os.listdir(here)) == before
    assert os.listdir(here / "target") == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_may_not_be_written_is_refused(here: Path, scaffold: Run) -> None:
    """Before anything is rendered."""
    here.chmod(0o500)
    try:
        result = scaffold("new", "demo", "--defaults")
    finally:
        here.chmod(0o700)
    assert result.code == 1
    assert "may not be written" in result.err


def test_a_vanished_current_directory_is_one_line(tmp_path: Path) -> None:
    """In a process of its own, since it loses its directory."""
    code = (
        "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
        "from scaffold.cli import run; sys.exit(run(['new', 'demo', '--defaults']))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["", ">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_any_encoding_and_closed_streams(tmp_path: Path, closed: str) -> None:
    """A terminal without UTF-8 gets a plain tree and escapes; a missing stream is no reason to fail."""
    command = f"{sys.executable} -m scaffold new demo --defaults --description 'naïve …' {closed}"
    plain = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=os.environ | plain, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "demo" / "LICENSE").is_file()
    if not closed:
        assert "|-- .copier-answers.yml" in done.stdout


def test_nobody_is_asked_without_a_terminal(tmp_path: Path) -> None:
    """For real: standard input is closed."""
    done = in_own_process("new", "demo", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: no terminal to ask at: add --shape many-similar --results")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "a.yml",
            "shape: one-off\nresults: no\nlong-running: no\nstate: no\nstatus: no\nbound: io\npython: 3.10\n",
            "thread/task",
        ),
        (
            "a.toml",
            'shape = "service"\nresults = true\nbound = "cpu"\nwork = "inbox"\npython = 3.10\n',
            "thread/service",
        ),
        (
            "a.json",
            '{"shape": "heterogeneous", "results": true, "bound": "io", "react": "first-error", "python": "3.10"}',
            "threadpool/jobs",
        ),
    ],
)
def test_answers_come_from_a_file(here: Path, scaffold: Run, name: str, text: str, expected: str) -> None:
    """In any of three formats, and types are the question's: 3.10 stays 3.10, no is no."""
    (here / name).write_text(text, encoding="utf-8")
    document = json.loads(scaffold("new", "demo", "--answers", name, "--json").out)
    assert document["answers"]["design"] == expected
    assert document["answers"]["python"] == "3.10"


def test_flags_win_over_the_file_and_a_projects_own_answers_can_be_reused(here: Path, scaffold: Run) -> None:
    """A recorded answers file makes a second project of the same kind."""
    scaffold("new", "one", "--defaults", "--workers", "7")
    recorded = here / "one" / ".copier-answers.yml"
    document = json.loads(
        scaffold(
            "new", "two", "--answers", str(recorded), "--name", "two", "--package", "two", "--json", "--defaults"
        ).out
    )
    assert (
        document["answers"] | {"name": "one", "package": "one"}
        == json.loads(scaffold("new", "one", "--defaults", "--workers", "7", "--json", "--dry-run").out)["answers"]
    )


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.yml", "shape: one-off\nresults: [no\n", "a.yml:3: "),
        ("a.yml", "shape: one-off\n\tresults: no\n", "a.yml:2: "),
        ("a.yml", "- shape\n", "a.yml:1: must be a mapping"),
        ("a.yml", "", "a.yml:1: must be a mapping"),
        ("a.yml", "shape: {a: 1}\n", "shape must be a single value"),
        ("a.yml", "shap: one-off\n", "did you mean 'shape'?"),
        ("a.yml", "shape: oneoff\n", "did you mean 'one-off'?"),
        ("a.toml", 'shape = "one-off"\nresults = \n', "a.toml:2: "),
        ("a.json", '{"shape": "one-off",\n "results": }', "a.json:2: "),
        ("a.json", "[" * 100_000, "nested deeper than 50"),
        ("a.txt", "shape: one-off", "must end in one of .yaml, .yml, .toml, .json"),
        ("a.yml", "shape: caf\udce9\n", "a.yml:1: is not UTF-8"),
        ("a.yml", "x" * 1_000_001, "larger than a megabyte"),
        ("missing.yml", None, "No such file"),
    ],
)
def test_a_broken_answers_file_is_one_line_with_its_place(
    here: Path, scaffold: Run, name: str, text: str | None, says: str
) -> None:
    """Nothing is written."""
    if text is not None:
        (here / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    result = scaffold("new", "demo", "--answers", name, "--defaults")
    assert (result.code, result.err.count("\n"), result.out) == (2, 1, "")
    assert says in result.err
    assert not (here / "demo").exists()


def test_on_a_cluster_nobody_asks_what_the_workers_are(scaffold: Run, here: Path) -> None:
    """A question may depend on another follow-up; one that is hidden has no effect and is not recorded."""
    done = scaffold("new", "demo", "--defaults", "--scale", "cluster", "--workers-kind", "process")
    assert done.code == 0
    assert "note: --workers-kind changes nothing" in done.err
    recorded = (here / "demo" / ".copier-answers.yml").read_text(encoding="utf-8")
    assert "scale: cluster\n" in recorded
    assert "workers" not in recorded
    assert 'cluster = ["distributed>=' in (here / "demo" / "pyproject.toml").read_text(encoding="utf-8")


def test_another_design_takes_no_optional_dependency(scaffold: Run, here: Path) -> None:
    """Whatever stands in the flags."""
    done = scaffold("new", "demo", "--defaults", "--shape", "service", "--scale", "cluster")
    assert done.code == 0
    assert "distributed" not in (here / "demo" / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("ci", "file"), [("github", ".github/workflows/tests.yml"), ("gitlab", ".gitlab-ci.yml")])
@pytest.mark.parametrize("python", ["3.10", "3.15"])
def test_tests_run_where_the_code_is_hosted(here: Path, scaffold: Run, ci: str, file: str, python: str) -> None:
    """On the oldest and the newest Python, and on the newest without the GIL; no file of another host is there."""
    assert scaffold("new", "demo", "--defaults", "--ci", ci, "--python", python).code == 0
    hosted = {name for name in files_below(here / "demo") if name.startswith((".github", ".gitlab"))}
    assert hosted == {file}
    text = (here / "demo" / file).read_text(encoding="utf-8")
    job = yaml.safe_load(text)
    matrix = job["jobs"]["test"]["strategy"]["matrix"]["python"] if ci == "github" else _only(job["test"])["PYTHON"]
    assert matrix == ["3.15", "3.15t"] if python == "3.15" else [python, "3.15", "3.15t"]
    assert scaffold("new", "bare", "--defaults", "--ci", "none").code == 0
    assert not {name for name in files_below(here / "bare") if name.startswith((".github", ".gitlab"))}


def _only(job: dict[str, Any]) -> dict[str, Any]:
    """A job's matrix."""
    (matrix,) = job["parallel"]["matrix"]
    assert isinstance(matrix, dict)
    return matrix


def test_the_oldest_python_is_one_that_is_supported_or_the_one_that_runs_this(scaffold: Run) -> None:
    """A project that its maker could not install would be of no use; a given answer counts."""
    expected = "3.10" if sys.version_info < (3, 11) else "3.11"
    made = json.loads(scaffold("new", "demo", "--defaults", "--json", "--dry-run").out)
    assert made["answers"]["python"] == expected
    assert ("--python 3.10" in made["command"]) == (expected == "3.10")  # for others, who may have a newer one
    asked = json.loads(scaffold("new", "demo", "--defaults", "--json", "--dry-run", "--python", "3.13").out)
    assert asked["answers"]["python"] == "3.13"
    assert from_interpreter(bundled(), (3, 10)) == {"python": "3.10"}
    assert from_interpreter(bundled(), (3, 11)) == from_interpreter(bundled(), (3, 15)) == {}


@pytest.mark.parametrize(
    ("command", "missing"), [("show", "NAME"), ("remove", "NAME"), ("new", "DIR"), ("eject", "DIR")]
)
def test_a_word_that_is_missing(scaffold: Run, command: str, missing: str) -> None:
    """It is named."""
    result = scaffold("template", command)
    assert (result.code, result.err) == (2, f"error: scaffold template {command} needs {missing}\n")


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        (("new", "", "--template", "gh:acme/worker"), "DEST"),
        (("new", "demo", "--defaults", "--template", ""), "--template"),
        (("new", "demo", "--defaults", "--answers", ""), "--answers"),
        (("new", "demo", "--defaults", "--dry-run", "--show", ""), "--show"),
        (("add", "", "--defaults"), "PROJECT"),
        (("add", "--defaults", "--answers="), "--answers"),
        (("update", ""), "PROJECT"),
        (("update", "--to", ""), "--to"),
        (("update", "--module", ""), "--module"),
        (("reanswer", "", "--workers", "8"), "PROJECT"),
        (("reanswer", "--rename", ""), "--rename"),
        (("check", ""), "PROJECT"),
        (("check", ".", ""), "PROJECT"),
        (("check", "--ignore", ""), "--ignore"),
        (("undo", "", "--yes"), "PROJECT"),
        (("template", "new", ""), "DIR"),
        (("template", "eject", ""), "DIR"),
        (("template", "lint", ""), "PATH"),
        (("template", "test", ""), "PATH"),
        (("template", "add", "", "."), "NAME"),
        (("template", "add", "mine", ""), "SOURCE"),
        (("template", "show", ""), "NAME"),
        (("template", "remove", ""), "NAME"),
    ],
)
def test_an_empty_word_is_not_the_current_directory(
    here: Path, scaffold: Run, command: tuple[str, ...], subject: str
) -> None:
    """It is what a variable leaves that is not set; nothing is read, and nothing is written."""
    result = scaffold(*command)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {subject}")
    assert "must not be empty (is a variable not set?): give a value, or leave it out" in result.err
    assert os.listdir(here) == []
    assert scaffold("new", "demo", "--defaults", "--author", "").code == 0  # an answer may be empty
