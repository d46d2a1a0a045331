"""The user's own git goes on working for them; a repository of anybody's is read, and given only what was asked."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from harness import contents, git, git_commit_all, in_own_process
from newer import VERSION
from repositories import SMALL, commit, write

from scaffold.authoring.eject import BRANCH

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run
    from newer import Newer


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own configuration, for one test."""
    config = tmp_path / "home" / ".gitconfig"
    write(config.parent, {".gitconfig": "[user]\n\tname = Ada\n\temail = ada@example.org\n"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("HOME", str(config.parent))
    return config


@pytest.fixture
def project(here: Path, scaffold: Run) -> Path:
    """A committed project, with a file that attributes send through a filter."""
    assert scaffold("new", "demo", "--defaults").code == 0
    write(here / "demo", {".gitattributes": "*.bin filter=large -text\n"})
    git_commit_all(here / "demo")
    return here / "demo"


def author(project: Path) -> str:
    """Who wrote a project, as its licence has it."""
    return (project / "LICENSE").read_text(encoding="utf-8")


def add_through_filter(project: Path, *scope: str) -> Path:
    """Commit a file that a filter changes, and touch it; the file."""
    for key in ("clean", "smudge"):
        git(project, "config", *scope, f"filter.large.{key}", "tr a-z A-Z")
    file = project / "data.bin"
    file.write_text("abc", encoding="utf-8")
    git_commit_all(project)
    os.utime(file, (1, 1))
    return file


def test_the_users_own_filter_is_run(project: Path, users: Path, scaffold: Run) -> None:
    """As git-lfs: a file that was touched and is the same has not changed, and one that has is told."""
    file = add_through_filter(project, "--file", str(users))
    assert scaffold("reanswer", str(project), "--workers", "8").code == 0
    git_commit_all(project)
    file.write_text("abd", encoding="utf-8")
    result = scaffold("reanswer", str(project), "--workers", "9")
    assert (result.code, "not committed ('data.bin')" in result.err) == (1, True)


@pytest.mark.usefixtures("users")
def test_a_filter_of_the_repository_is_named_instead(project: Path, scaffold: Run) -> None:
    """With what settles it: git's own look at it."""
    add_through_filter(project)
    result = scaffold("reanswer", str(project), "--workers", "8")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "the repository's own filter 'large' is not run" in result.err
    assert "run git status" in result.err
    git(project, "status")
    assert scaffold("reanswer", str(project), "--workers", "8").code == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a program in place of git")
@pytest.mark.usefixtures("users")
def test_a_git_that_takes_its_time_is_waited_for(
    project: Path, tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a slow disk, also where it is still being told which files are meant."""
    add_through_filter(project)
    slow = tmp_path / "bin" / "git"
    words = f'#!/bin/sh\ncase "$*" in *check-attr*) sleep 6 ;; esac\nexec {shutil.which("git")} "$@"\n'
    write(slow.parent, {slow.name: words})
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    result = scaffold("reanswer", str(project), "--workers", "8")
    assert (result.code, result.err.count("\n")) == (1, 1), result.err
    assert "the repository's own filter 'large' is not run" in result.err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="pipes are POSIX's")
def test_what_git_waits_for_in_a_template_is_named(tmp_path: Path, scaffold: Run) -> None:
    """It is not said to be missing."""
    commit(tmp_path / "theirs", SMALL, "v1.0.0")
    name = git(tmp_path / "theirs", "rev-parse", "HEAD^{tree}").strip()
    tree = tmp_path / "theirs" / ".git" / "objects" / name[:2] / name[2:]
    tree.unlink()
    os.mkfifo(tree)
    result = scaffold("new", str(tmp_path / "made"), "--template", str(tmp_path / "theirs"), "--defaults")
    assert (result.code, result.err.count("\n")) == (1, 1), result.err
    assert f"git waits for {str(tree)!r}, which is not a regular file: remove it" in result.err


def test_the_author_is_the_user_wherever_they_stand(
    here: Path, users: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not who the repository around them says; one for a folder, where the user's configuration has one for it."""
    git(here, "init", "--quiet")
    git(here, "config", "user.name", "Mallory")
    (here / "work").mkdir()
    write(users.parent, {"work.inc": "[user]\n\tname = Ada at work\n"})
    with users.open("a", encoding="utf-8") as file:
        file.write(f'[includeIf "gitdir:{here}/work/"]\n\tpath = work.inc\n')
    for dest, name in (("one", "Ada"), ("work/two", "Ada")):
        assert scaffold("new", dest, "--defaults", "--license", "MIT").code == 0
        assert f" {name}\n" in author(here / dest)
    git(here / "work", "init", "--quiet", "mine")
    git(here / "work" / "mine", "config", "user.name", "Mallory")
    assert scaffold("new", "work/mine/three", "--defaults", "--license", "MIT").code == 0
    assert " Ada at work\n" in author(here / "work" / "mine" / "three")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Countess")
    assert scaffold("new", "four", "--defaults", "--license", "MIT").code == 0
    assert " Countess\n" in author(here / "four")


@pytest.mark.timeout(20)
def test_a_condition_of_many_stars(here: Path, users: Path, scaffold: Run) -> None:
    """It is tried in no more ways than git tries."""
    users.write_text(f'[user]\n\tname = Ada\n[includeIf "gitdir:{"*" * 300}x"]\n\tpath = work.inc\n', encoding="utf-8")
    (here / "none").mkdir()
    assert scaffold("new", "none/one", "--defaults", "--license", "MIT").code == 0
    assert " Ada\n" in author(here / "none" / "one")


@pytest.mark.usefixtures("users")
def test_variables_of_git_leave_our_own_repositories_alone(
    here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook's, which forbid to write, and those that name templates, hashes, dates or patterns."""
    write(here / "templates" / "hooks", {"pre-commit": "#!/bin/sh\nexit 1\n"})
    for name, value in {
        "GIT_QUARANTINE_PATH": str(here),
        "GIT_TEMPLATE_DIR": str(here / "templates"),
        "GIT_DEFAULT_HASH": "sha256",
        "GIT_AUTHOR_DATE": "never",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_INDEX_FILE": str(here / "index"),
    }.items():
        monkeypatch.setenv(name, value)
    result = scaffold("template", "new", "mine")
    assert result.code == 0, result.err
    assert not (here / "mine" / ".git" / "hooks").exists()
    monkeypatch.undo()
    assert len(git(here / "mine", "rev-parse", "HEAD").strip()) == 40


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_repository_of_another_user_is_read(project: Path, scaffold: Run) -> None:
    """What git itself would have to do names the setting without which it refuses."""
    for path in (project, *project.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    write(project, {"LICENSE": "changed"})
    result = scaffold("reanswer", str(project), "--workers", "8")
    assert (result.code, f"git config --global --add safe.directory {project}" in result.err) == (1, True)
    git(project, "-c", f"safe.directory={project}", "checkout", "--quiet", "LICENSE")
    assert scaffold("reanswer", str(project), "--workers", "8").code == 0


# --- a branch for an ejected repository ------------------------------------------------------------------------------


@pytest.fixture
def ejected(here: Path, scaffold: Run) -> Path:
    """An ejected repository."""
    assert scaffold("template", "eject", "mine").code == 0
    return here / "mine"


def assert_refused(ahead: Newer, dest: Path, says: str) -> None:
    """In one line, and no file of the repository changes."""
    before = contents(dest), git(dest, "for-each-ref"), git(dest, "count-objects", "-v")
    result = ahead("template", "eject", str(dest), cwd=dest.parent)
    assert (result.code, result.err.count("\n"), says in result.err) == (1, 1, True), result.err
    assert (contents(dest), git(dest, "for-each-ref"), git(dest, "count-objects", "-v")) == before


@pytest.mark.slow
def test_what_keeps_the_branch_out(here: Path, ejected: Path, ahead: Newer) -> None:
    """Another git at work, a branch below it, another work tree that has it checked out, objects that lie elsewhere."""
    lock = ejected / ".git" / "refs" / "heads" / f"{BRANCH}.lock"
    lock.touch()
    assert_refused(ahead, ejected, f"which holds {lock}: ")
    lock.unlink()
    git(ejected, "worktree", "add", "--quiet", "../linked", BRANCH)
    assert_refused(ahead, ejected, "checked out in '")
    git(here / "linked", "switch", "--quiet", "--create", "other")
    assert_refused(ahead, here / "linked", f"run this for {str(ejected)!r}")
    git(ejected, "branch", "--move", BRANCH, "ours")
    git(ejected, "branch", f"{BRANCH}/below", "ours")
    assert_refused(ahead, ejected, f"has the branch refs/heads/{BRANCH}/below")
    git(ejected, "branch", "--delete", "--force", f"{BRANCH}/below")
    (ejected / ".git" / "objects").rename(here / "objects")
    (ejected / ".git" / "objects").symlink_to(here / "objects")
    before = contents(here / "objects")
    result = ahead("template", "eject", str(ejected), cwd=here)
    assert (result.code, "cannot be written" in result.err, contents(here / "objects")) == (1, True, before), result.err
    (ejected / ".git" / "objects").unlink()
    (here / "objects").rename(ejected / ".git" / "objects")
    assert ahead("template", "eject", str(ejected), cwd=here).code == 0
    assert VERSION in git(ejected, "show", f"{BRANCH}:copier.yml")


@pytest.mark.slow
def test_the_branch_is_as_git_makes_it(here: Path, ejected: Path, ahead: Newer) -> None:
    """Over a packed ref; git finds nothing to complain of, and nothing is left over."""
    git(ejected, "pack-refs", "--all")
    shutil.rmtree(ejected / ".git" / "refs" / "heads")
    (ejected / ".git" / "refs" / "heads").mkdir()
    result = ahead("template", "eject", str(ejected), cwd=here)
    assert result.code == 0, result.err
    git(ejected, "fsck", "--strict", "--full")
    assert VERSION in git(ejected, "show", f"{BRANCH}:copier.yml")
    assert not [
        path for path in (ejected / ".git").rglob("*") if path.name.startswith("tmp_") or path.suffix == ".lock"
    ]
    packs = {path.suffix for path in (ejected / ".git" / "objects" / "pack").iterdir()}
    assert {".pack", ".idx"} <= packs
    git(ejected, "gc", "--quiet", "--prune=now")
    assert VERSION in git(ejected, "show", f"{BRANCH}:copier.yml")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_branch_for_a_repository_of_another_user(here: Path, ejected: Path, ahead: Newer) -> None:
    """It comes, and a note says what git needs for the merge."""
    for path in (ejected, *ejected.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    result = ahead("template", "eject", str(ejected), cwd=here)
    assert (result.code, f"git config --global --add safe.directory {ejected}" in result.err) == (0, True), result.err


@pytest.mark.slow
def test_no_program_of_a_folder_for_temporary_files_is_run(project: Path, here: Path) -> None:
    """TMPDIR may lie in a stranger's repository."""
    stranger = here / "stranger"
    git(here, "init", "--quiet", "stranger")
    (stranger / "canary").write_text(f"#!/bin/sh\ntouch {here}/sang\n", encoding="utf-8")
    (stranger / "canary").chmod(0o755)
    git(stranger, "config", "core.fsmonitor", str(stranger / "canary"))
    (stranger / "tmp").mkdir()
    result = in_own_process("reanswer", str(project), "--workers", "8", cwd=stranger, TMPDIR=str(stranger / "tmp"))
    assert (result.returncode, (here / "sang").exists()) == (0, False), result.stderr
