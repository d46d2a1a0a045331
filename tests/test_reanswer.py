"""`scaffold reanswer`, and all that an update of any kind has to cope with in a user's repository."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from harness import contents, edited, files_below, git, git_commit_all, in_own_process
from newer import replace

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

MODULE = "src/demo/threadpool_map.py"
WORK, MAIN = "src/demo/work.py", "src/demo/__main__.py"


@pytest.fixture
def project(tmp_path: Path, scaffold: Run) -> Path:
    """A committed project."""
    return made(tmp_path / "demo", scaffold)


def made(where: Path, scaffold: Run) -> Path:
    """A committed project at any place."""
    where.parent.mkdir(exist_ok=True)
    assert scaffold("new", str(where), "--name", "demo", "--defaults").code == 0
    git_commit_all(where)
    return where


# --- answers ---------------------------------------------------------------------------------------------------------


def test_another_answer_changes_what_depends_on_it(project: Path, scaffold: Run) -> None:
    """Edits elsewhere in the same file stay."""
    replace(project / MODULE, "import threading\n", "import threading  # mine\n")
    git_commit_all(project)
    result = scaffold("reanswer", str(project), "--workers", "8")
    assert result.code == 0
    assert "merged    " + MODULE in result.out
    text = (project / MODULE).read_text(encoding="utf-8")
    assert "    workers = 8  #" in text
    assert "import threading  # mine" in text
    assert "workers: 8" in (project / ".copier-answers.yml").read_text(encoding="utf-8")


def test_new_name_moves_the_package_and_the_edits_in_it(project: Path, scaffold: Run) -> None:
    """What was computed from the name follows it; what was chosen stays."""
    replace(project / "src/demo/work.py", "def ", "def my_")
    git_commit_all(project)
    mine = (project / "src/demo/work.py").read_bytes()
    assert scaffold("reanswer", str(project), "--name", "other").code == 0
    assert not (project / "src/demo").exists()
    assert (project / "src/other/work.py").read_bytes() == mine
    answers = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert "package: other" in answers


def test_recorded_design_stays_until_it_is_changed_by_name(project: Path, scaffold: Run) -> None:
    """Where the rules would now choose otherwise, it says so; another design is an answer like any other."""
    result = scaffold("reanswer", str(project), "--no-results", "--volume", "few")
    assert result.code == 0
    assert "note: the rules say thread/batch for these answers; threadpool/map stays" in result.err
    git_commit_all(project)
    result = scaffold("reanswer", str(project), "--design", "thread/batch", "--module", "threadpool_map")
    assert result.code == 1  # --module says which module of a project is meant
    result = scaffold("reanswer", str(project), "--design", "thread/batch")
    assert result.code == 0
    assert (project / "src/demo/thread_batch.py").is_file()
    assert not (project / MODULE).exists()
    assert scaffold("check", str(project)).code == 0


def test_same_answers_change_nothing(project: Path, scaffold: Run) -> None:
    """And nothing is written."""
    assert scaffold("reanswer", str(project), "--workers", "32").out == "nothing changes\n"
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "add the answers to change as flags"),
        (("--workers", "0"), "--workers: 0 is not between 1 and 1000"),
        (("--design", "threadpool/jbos"), "did you mean 'threadpool/jobs'?"),
        (("--conflict", "both"), "neither inline nor rej"),
        (("--module", "nothing"), "has no module 'nothing'"),
    ],
)
def test_refused_answers(project: Path, scaffold: Run, arguments: tuple[str, ...], message: str) -> None:
    """One line, and nothing is changed."""
    given = arguments if arguments[:1] != ("--conflict",) else (*arguments, "--workers", "8")
    given = given if arguments[:1] != ("--module",) else (*arguments, "--workers", "8")
    result = scaffold("reanswer", str(project), *given)
    assert result.code in {1, 2}
    assert message in result.err
    assert len(result.err.splitlines()) == 1
    assert git(project, "status", "--porcelain") == ""


# --- the owner's files -----------------------------------------------------------------------------------------------


def test_another_design_leaves_edited_work_alone(project: Path, scaffold: Run) -> None:
    """Two examples are never merged by `reanswer` either; the command that it prints shows the new one."""
    mine = edited(project, WORK)
    result = scaffold("reanswer", str(project), "--design", "threadpool/jobs")
    assert result.code == 0, result.err
    assert (project / WORK).read_bytes() == mine[WORK]
    [command] = [
        line.partition(": ")[2] for line in result.out.splitlines() if line.startswith(f"the new example of {WORK}")
    ]
    assert "TASKS" in scaffold(*shlex.split(command)[1:]).out
    assert scaffold("check", str(project)).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("mine", [WORK, "src/demo/__main__.py"])
def test_tests_of_another_example_do_not_break_the_suite(project: Path, scaffold: Run, mine: str) -> None:
    """Where work is the owner's own, those of the former example go, and those of the new one are not written."""
    edited(project, mine)
    result = scaffold("reanswer", str(project), "--design", "thread/service")
    assert result.code == 0, result.err
    assert f"deleted   tests/test_work.py  (it tested the example of the former design, and {mine} " in result.out
    assert not (project / "tests/test_work.py").exists()
    assert f"scaffold check --show tests/test_work.py {project}\n" in result.out
    assert "by hand for version" not in result.out
    assert result.err.endswith("the rules say threadpool/map for these answers, not thread/service\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert scaffold("check", str(project)).code == 0


def test_tests_of_the_owners_stay_beside_another_design(project: Path, scaffold: Run) -> None:
    """Whatever they test; and what to do by hand is for the design, as the version is the same."""
    mine = edited(project, WORK, "tests/test_work.py")
    (project / WORK).write_text("VALUE = 1\n", encoding="utf-8")
    git_commit_all(project)
    result = scaffold("reanswer", str(project), "--design", "thread/service")
    assert result.code == 0, result.err
    assert (project / "tests/test_work.py").read_bytes() == mine["tests/test_work.py"]
    assert "\nTo do by hand for the new design:\n" in result.out


@pytest.mark.parametrize(
    ("design", "edit"), [("threadpool/map", False), ("thread/batch", True), ("thread/service", True)]
)
def test_renamed_package_is_no_other_example(tmp_path: Path, scaffold: Run, design: str, *, edit: bool) -> None:
    """Edited work moves along, and its imports follow the new name."""
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--design", design, "--defaults").code == 0
    git_commit_all(project)
    edited(project, WORK, MAIN)
    result = scaffold("reanswer", str(project), "--name", "other")
    assert result.code == 0, result.err
    text = (project / "src/other/work.py").read_text(encoding="utf-8")
    assert "# mine" in text
    assert ("from other.thread_" in text) is edit
    assert "from demo" not in text
    assert "# mine" in (project / "src/other/__main__.py").read_text(encoding="utf-8")
    assert not (project / "src/demo").exists()


def test_renamed_package_and_another_design_at_once(project: Path, scaffold: Run) -> None:
    """Edited work moves along, byte for byte."""
    mine = edited(project, WORK)
    result = scaffold("reanswer", str(project), "--name", "other", "--design", "threadpool/jobs")
    assert result.code == 0, result.err
    assert (project / "src/other/work.py").read_bytes() == mine[WORK]
    assert f"kept      src/other/work.py  (yours; was {WORK})" in result.out
    assert not (project / "src/demo").exists()


# --- the record ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a mapping"),
        ("_commit: [\n", ".copier-answers.yml:2: "),
        ("- a\n- b\n", "must be a mapping"),
        ("name: demo\n", "has no _src_path"),
        ("_src_path: https://templates.scaffold.invalid/threads.git\n", "has no _commit"),
        ("{old}\nworkers: many\n", "--workers: 'many' is not a whole number"),
        ("{old}\nworkres: 3\n", "there is no question 'workres'; did you mean 'workers'?"),
        ("\x00", ".copier-answers.yml"),
    ],
)
def test_answers_file_that_was_edited(project: Path, scaffold: Run, text: str, message: str) -> None:
    """It is named, with what is wrong in it and where to get it back from."""
    record = project / ".copier-answers.yml"
    old = record.read_text(encoding="utf-8")
    kept = "\n".join(line for line in old.splitlines() if not line.startswith("workers"))
    record.write_text(text.replace("{old}", kept), encoding="utf-8")
    git_commit_all(project)
    for arguments in (("reanswer", "--workers", "8"), ("update",)):
        result = scaffold(arguments[0], str(project), *arguments[1:])
        assert result.code == 1, result.err
        assert message in result.err
        assert "restore the file from your version control" in result.err
    assert scaffold("check", str(project)).code in {1, 3}
    assert git(project, "status", "--porcelain") == ""


def test_answers_file_that_is_gone(project: Path, scaffold: Run) -> None:
    """Then nothing is known about the project."""
    (project / ".copier-answers.yml").unlink()
    result = scaffold("update", str(project), "--allow-dirty")
    assert result.code == 1
    assert "has no .copier-answers file" in result.err


# --- the user's repository -------------------------------------------------------------------------------------------


def test_changes_that_are_not_committed(project: Path, scaffold: Run) -> None:
    """They could not be told from the update's: it refuses, unless that is wanted."""
    (project / "notes.txt").write_text("untracked files of the user's do not matter", encoding="utf-8")
    (project / "LICENSE").write_text("changed", encoding="utf-8")
    before = contents(project)
    result = scaffold("reanswer", str(project), "--workers", "8")
    assert result.code == 1
    assert "not committed" in result.err
    assert "--allow-dirty" in result.err
    assert contents(project) == before
    assert scaffold("reanswer", str(project), "--workers", "8", "--allow-dirty").code == 0


def test_generated_file_that_is_not_committed(project: Path, scaffold: Run) -> None:
    """An untracked file that would be changed counts as not committed."""
    git(project, "rm", "--quiet", "--cached", MODULE)
    git(project, "commit", "--quiet", "--message", "without")
    result = scaffold("reanswer", str(project), "--workers", "8")
    assert result.code == 1
    assert MODULE in result.err


def test_no_repository(tmp_path: Path, scaffold: Run) -> None:
    """Then only undo could take it back."""
    assert scaffold("new", str(tmp_path / "demo"), "--defaults").code == 0
    result = scaffold("reanswer", str(tmp_path / "demo"), "--workers", "8")
    assert result.code == 1
    assert "is in no git repository: run git init" in result.err
    assert scaffold("reanswer", str(tmp_path / "demo"), "--workers", "8", "--allow-dirty").code == 0
    assert scaffold("undo", "--yes", str(tmp_path / "demo")).code == 0
    assert scaffold("check", str(tmp_path / "demo")).code == 0


@pytest.mark.parametrize("kind", ["directory", "symlink", "parent", "read-only"])
def test_something_else_stands_where_a_file_has_to_go(project: Path, scaffold: Run, kind: str, tmp_path: Path) -> None:
    """Nothing is written through a link or over what is no file."""
    target = project / MODULE
    outside = tmp_path / "outside"
    outside.mkdir()
    if kind == "read-only":
        target.chmod(stat.S_IRUSR)
    elif kind == "parent":
        shutil.move(project / "src", outside / "src")
        (project / "src").symlink_to(outside / "src")
    else:
        target.unlink()
        if kind == "directory":
            target.mkdir()
        else:
            target.symlink_to(outside / "theirs.py")
            (outside / "theirs.py").write_text("theirs", encoding="utf-8")
    git_commit_all(project)
    before = files_below(tmp_path / "outside"), contents(project)
    result = scaffold("reanswer", str(project), "--workers", "8")
    if kind == "symlink":
        assert (result.code, f"conflict  {MODULE}  (a link on one side" in result.out) == (3, True)
        assert (target.readlink(), files_below(outside)) == (outside / "theirs.py", before[0])
        return
    reason = {"directory": "is a folder where", "parent": "is a link where", "read-only": "is read-only"}[kind]
    assert (result.code, reason in result.err) == (1, True), result.err
    assert (files_below(tmp_path / "outside"), contents(project)) == before


@pytest.mark.parametrize("name", ["with space", "ünïcödé ☃", "new\nline", "-dash", "quote'\"s"])
def test_any_path(tmp_path: Path, scaffold: Run, name: str) -> None:
    """The place of a project is its user's business."""
    project = made(tmp_path / "plain", scaffold).rename(tmp_path / name)
    before = contents(project)
    assert scaffold("reanswer", "--workers", "8", "--", str(project)).code == 0
    assert scaffold("check", "--", str(project)).code == 0
    assert contents(project) != before
    assert scaffold("undo", "--yes", "--", str(project)).code == 0
    assert contents(project) == before


@pytest.mark.slow
def test_inside_a_hook_the_users_repository_stays_untouched(project: Path, tmp_path: Path) -> None:
    """GIT_DIR and its like point at the repository that is being committed to: none of our git commands follow them."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("theirs", encoding="utf-8")
    git_commit_all(other)
    (other / "file").write_text("changed", encoding="utf-8")
    before = files_below(other)
    surroundings = {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(other / ".git" / "index"),
        "GIT_PREFIX": "",
    }
    result = in_own_process("reanswer", str(project), "--workers", "8", cwd=other, **surroundings)
    assert result.returncode == 0, result.stderr
    assert files_below(other) == before
    assert (project / MODULE).read_text(encoding="utf-8").count("workers = 8 ") == 1


@pytest.mark.slow
def test_hostile_configuration(project: Path, tmp_path: Path) -> None:
    """None of it is followed where git works for us, and no program that it names is run."""
    canary = tmp_path / "canary"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{canary}'\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "pre-commit"):
        shutil.copy(program, hooks / hook)
    config = tmp_path / "hostile"
    config.write_text(
        f"""\
[protocol "file"]
\tallow = never
[commit]
\tgpgSign = true
[tag]
\tgpgSign = true
[gpg]
\tprogram = {program}
[core]
\tautocrlf = true
\thooksPath = {hooks}
\tfsmonitor = {program}
\tattributesFile = {tmp_path / "attributes"}
[init]
\ttemplateDir = {tmp_path / "missing"}
[merge]
\tconflictStyle = merge
[diff]
\texternal = {program}
[filter "evil"]
\tclean = {program}
\tsmudge = {program}
""",
        encoding="utf-8",
    )
    result = in_own_process("reanswer", str(project), "--workers", "8", cwd=tmp_path, GIT_CONFIG_GLOBAL=str(config))
    assert result.returncode == 0, result.stderr
    assert not canary.exists()


@pytest.mark.slow
def test_no_git(project: Path, tmp_path: Path) -> None:
    """One line that says what is missing."""
    result = in_own_process("reanswer", str(project), "--workers", "8", cwd=tmp_path, PATH=str(tmp_path))
    assert result.returncode == 1
    assert "install git 2.31 or newer" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_old_git(project: Path, tmp_path: Path) -> None:
    """Likewise."""
    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin" / "git"
    old.write_text("#!/bin/sh\necho git version 2.30.9\n", encoding="utf-8")
    old.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    result = in_own_process("reanswer", str(project), "--workers", "8", cwd=tmp_path, PATH=path)
    assert result.returncode == 1
    assert "git version 2.30.9 is too old: install git 2.31 or newer" in result.stderr


def test_submodule(tmp_path: Path, scaffold: Run) -> None:
    """A project that is a submodule of another is updated like any other; what surrounds it does not matter."""
    origin = made(tmp_path / "origin", scaffold)
    outer = tmp_path / "outer"
    outer.mkdir()
    git_commit_all(outer)
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(origin), "libs/demo")
    assert scaffold("reanswer", str(outer / "libs" / "demo"), "--workers", "8").code == 0
    assert MODULE in git(outer / "libs" / "demo", "status", "--porcelain")


def test_windows_line_ends(project: Path, scaffold: Run) -> None:
    """A checkout with CRLF is neither edited nor in conflict, and stays one."""
    for path in project.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    git_commit_all(project)
    assert scaffold("check", str(project)).code == 0
    replace(project / MODULE, "import threading", "import threading  # mine")
    (project / MODULE).write_bytes((project / MODULE).read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    git_commit_all(project)
    assert scaffold("reanswer", str(project), "--workers", "8").code == 0
    text = (project / MODULE).read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n")
    assert b"workers = 8" in text
    assert b"# mine" in text


def test_binary_in_place_of_a_text(project: Path, scaffold: Run) -> None:
    """It cannot be merged: it stays, and the new text lies beside it."""
    (project / MODULE).write_bytes(b"\x00\x01binary")
    git_commit_all(project)
    assert scaffold("reanswer", str(project), "--workers", "8").code == 3
    assert (project / MODULE).read_bytes() == b"\x00\x01binary"
    assert b"workers = 8" in (project / f"{MODULE}.rej").read_bytes()
    result = scaffold("reanswer", str(project), "--workers", "9", "--allow-dirty")
    assert result.code == 1
    assert "left from an earlier update" in result.err


def test_json_is_one_document(project: Path, scaffold: Run) -> None:
    """With each file's outcome and diff; a dry run says that nothing is written."""
    document = json.loads(scaffold("reanswer", str(project), "--workers", "8", "--dry-run", "--json").out)
    assert document["written"] is False
    assert document["conflicts"] == []
    by_path = {file["path"]: file for file in document["files"]}
    assert by_path[MODULE]["outcome"] == "updated"
    assert "+    workers = 8" in by_path[MODULE]["diff"]
    assert json.loads(scaffold("reanswer", str(project), "--workers", "8", "--json").out)["written"] is True


def test_from_a_directory_inside(project: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project is found upwards."""
    monkeypatch.chdir(project / "src" / "demo")
    assert scaffold("reanswer", "--workers", "8").code == 0
    assert scaffold("check").code == 0


def test_rejects_nothing_generated(tmp_path: Path, scaffold: Run) -> None:
    """Neither an empty directory nor a missing one is a project."""
    for place, message in ((tmp_path, "has no .copier-answers file"), (tmp_path / "no", "is no directory")):
        for command in ("update", "check"):
            result = scaffold(command, str(place))
            assert result.code == 1
            assert message in result.err


def test_merge_in_progress(project: Path, scaffold: Run) -> None:
    """A file with conflict markers is not merged again, even where dirty is allowed."""
    replace(project / MODULE, "import threading\n", "<<<<<<< a\nx\n||||||| b\n=======\ny\n>>>>>>> c\n")
    result = scaffold("reanswer", str(project), "--workers", "8", "--allow-dirty")
    assert result.code == 1
    assert "resolve them first" in result.err
    assert subprocess.run(["git", "diff", "--quiet"], cwd=project, check=False).returncode == 1
