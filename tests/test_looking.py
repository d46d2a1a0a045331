"""A look at a repository, without git running in it, sees what git itself would say there."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, git
from repositories import write

from scaffold.errors import GitFailed, NoRepository, RepositoryFault
from scaffold.git import git as run_git
from scaffold.repositories.borrowed import borrowed
from scaffold.repositories.found import at, find
from scaffold.repositories.looking import looking
from scaffold.repositories.refs import read_head, read_refs

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = {"a.txt": "one\n", "b/c.txt": "two\n", "b/d/e.bin": "three\n", ":(top)odd 'name'\n": "four\n"}
OPTIONS = ("--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=all", "--no-renames")


def usual(repo: Path) -> None:
    """Files changed, new and gone."""
    write(repo, {"a.txt": "changed\n", "new file": "x", "b/new/er": "x"})
    (repo / "b/c.txt").unlink()


def staged(repo: Path) -> None:
    """Changes in the index, one of them a renaming."""
    write(repo, {"n": "x", "b/c.txt": "staged\n"})
    git(repo, "add", "n", "b/c.txt")
    git(repo, "rm", "-q", "--cached", "a.txt")
    git(repo, "mv", "b/d/e.bin", "b/f.bin")


def ignored(repo: Path) -> None:
    """By the tree, the repository and the user."""
    write(repo, {".gitignore": "*.log\n", "x.log": "", "private": "", "users": "", "seen": ""})
    common = Path(git(repo, "rev-parse", "--path-format=absolute", "--git-common-dir").strip())
    write(common, {"info/exclude": "private\n"})
    ignore = repo.parent / "ignore"
    ignore.write_text("users\n", encoding="utf-8")
    git(repo, "config", "--global", "core.excludesFile", str(ignore))


def line_ends(repo: Path) -> None:
    """That the repository's configuration turns."""
    git(repo, "config", "core.autocrlf", "true")
    (repo / "a.txt").write_bytes(b"one\r\n")


def line_ends_of_the_user(repo: Path) -> None:
    """That the user's configuration turns, for repositories here."""
    file = repo.parent / "more"
    file.write_text("[core]\n\tautocrlf = true\n", encoding="utf-8")
    git(repo, "config", "--global", f"includeIf.gitdir:{repo.parent}/.path", str(file))
    (repo / "a.txt").write_bytes(b"one\r\n")


def line_ends_by_attributes(repo: Path) -> None:
    """That the repository's own attributes turn."""
    common = Path(git(repo, "rev-parse", "--path-format=absolute", "--git-common-dir").strip())
    write(common, {"info/attributes": "*.txt text eol=crlf\n"})
    (repo / "a.txt").write_bytes(b"one\r\n")


def split_index(repo: Path) -> None:
    """In two files."""
    git(repo, "update-index", "--split-index")
    write(repo, {"a.txt": "changed\n", "new": "x"})
    git(repo, "add", "new")


def sparse(repo: Path) -> None:
    """A part of the files, and an index that knows the folders of the rest."""
    git(repo, "sparse-checkout", "set", "--cone", "--sparse-index", "b/d")
    write(repo, {"b/d/e.bin": "changed\n"})


def packed(repo: Path) -> None:
    """No loose object or ref."""
    git(repo, "pack-refs", "--all")
    git(repo, "repack", "-adq")
    usual(repo)


def borrowing(repo: Path) -> None:
    """Objects in another repository, which borrows from a third."""
    for name, source in (("second", repo), ("third", repo.parent / "second")):
        git(repo.parent, "clone", "-q", "--shared", "--no-checkout", str(source), name)
    git(repo, "fetch", "-q", "../third")
    usual(repo)


def no_commit(repo: Path) -> None:
    """Everything is in the index only."""
    git(repo, "update-ref", "-d", "HEAD")


def detached(repo: Path) -> None:
    """No branch."""
    git(repo, "checkout", "-q", "--detach")
    usual(repo)


def untouched(_: Path) -> None:
    """Nothing to see."""


def executable(repo: Path) -> None:
    """A mode."""
    (repo / "a.txt").chmod(0o755)


def link(repo: Path) -> None:
    """A symbolic link in the place of a file."""
    (repo / "a.txt").unlink()
    (repo / "a.txt").symlink_to("b")


def touched(repo: Path) -> None:
    """Only the time is another."""
    os.utime(repo / "a.txt", (1, 1))


def large_files(repo: Path) -> None:
    """Behind a filter that the user's configuration has, as git-lfs is; touched, and one of them changed."""
    for key in ("clean", "smudge"):
        git(repo, "config", "--global", f"filter.lfs.{key}", "tr a-z A-Z")
    write(repo, {".gitattributes": "*.bin filter=lfs -text\n", "x.bin": "abc", "y.bin": "abc"})
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "large")
    os.utime(repo / "x.bin", (1, 1))
    write(repo, {"y.bin": "abd"})


def unmerged(repo: Path) -> None:
    """A conflict."""
    git(repo, "switch", "-qc", "other")
    write(repo, {"a.txt": "theirs\n"})
    git(repo, "commit", "-qam", "theirs")
    git(repo, "switch", "-q", "-")
    write(repo, {"a.txt": "mine\n"})
    git(repo, "commit", "-qam", "mine")
    subprocess.run(["git", "merge", "-q", "other"], cwd=repo, capture_output=True, check=False)


def with_submodule(repo: Path) -> None:
    """And an untracked repository beside it."""
    hashes = git(repo, "rev-parse", "--show-object-format").strip()
    for name in ("sub", "beside"):
        git(repo, "init", "-q", f"--object-format={hashes}", name)
        git(repo / name, "commit", "-q", "--allow-empty", "-m", "x")
    git(repo, "-c", "advice.addEmbeddedRepo=false", "add", "sub")
    git(repo, "commit", "-qm", "sub")
    git(repo / "sub", "commit", "-q", "--allow-empty", "-m", "y")


STATES: tuple[Callable[[Path], None], ...] = (
    usual,
    staged,
    ignored,
    line_ends,
    line_ends_of_the_user,
    line_ends_by_attributes,
    split_index,
    sparse,
    packed,
    borrowing,
    no_commit,
    detached,
    untouched,
    executable,
    link,
    touched,
    large_files,
    unmerged,
    with_submodule,
)


def made(folder: Path, kind: str) -> Path:
    """A repository of some kind with a commit."""
    repo = folder / "repo"
    git(folder, "init", "-q", "-b", "main", *(["--object-format=sha256"] if kind == "sha256" else []), "repo")
    write(repo, FILES)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "x")
    git(repo, "tag", "-m", "annotated", "v1")
    if kind == "linked":
        git(repo, "worktree", "add", "-q", "../linked")
        return folder / "linked"
    if kind == "submodule":
        git(folder, "init", "-q", "outer")
        git(folder / "outer", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "inner")
        return folder / "outer" / "inner"
    if kind == "shallow":
        git(repo, "commit", "-q", "--allow-empty", "-m", "y")
        git(folder, "clone", "-q", "--depth=1", repo.as_uri(), "clone")
        return folder / "clone"
    return repo


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "linked", "submodule", "sha256", "shallow"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_it_sees_what_git_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: Callable[[Path], None], kind: str
) -> None:
    """Changes, files in the index, HEAD, branches and tags; from the top, and from a folder in it."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(write(tmp_path, {"global": "[user]\nname=a\nemail=b\n"}) / "global"))
    repo = made(tmp_path, kind)
    state(repo)
    with looking(find(repo)) as look:
        seen = {below: (look.status(below), look.tracked(below)) for below in (repo, repo / "b" / "d")}
    for below, (status, tracked) in seen.items():
        prefix = "" if below == repo else "b/d/"
        fields = git(below, "status", *OPTIONS, "--", ".").split("\0")
        assert status == [(f[:2], PurePosixPath(f[3:].removeprefix(prefix))) for f in fields if f]
        assert tracked == [PurePosixPath(name) for name in git(below, "ls-files", "-z").split("\0") if name]
    found = find(repo / "b" / "d")
    assert found.top == repo
    head = subprocess.run(
        ["git", "rev-parse", "-q", "--verify", "HEAD"], cwd=repo, capture_output=True, text=True, check=False
    )
    branch = subprocess.run(
        ["git", "symbolic-ref", "-q", "HEAD"], cwd=repo, capture_output=True, text=True, check=False
    )
    assert (read_head(found).commit or "", read_head(found).branch or "") == (
        head.stdout.strip(),
        branch.stdout.strip(),
    )
    lines = git(repo, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    assert [" ".join(pair) for pair in sorted(read_refs(found).items())] == lines


@pytest.mark.slow
def test_a_change_in_the_second_of_the_commit_is_seen(tmp_path: Path) -> None:
    """Of the same length, with the time that the file had."""
    repo = made(tmp_path, "plain")
    before = (repo / "a.txt").stat()
    write(repo, {"a.txt": "two\n"})
    os.utime(repo / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    time.sleep(1.1)
    with looking(find(repo)) as look:
        assert look.status(repo) == [(" M", PurePosixPath("a.txt"))]


def test_nothing_is_written(tmp_path: Path) -> None:
    """Not even the times in the index, which `git status` brings up to date."""
    repo = made(tmp_path, "plain")
    touched(repo)
    before = {path: (path.stat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in repo.rglob("*")}
    with looking(find(repo)) as look:
        assert look.status(repo) == []
    assert {path: (path.stat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in repo.rglob("*")} == before


def test_a_part_of_the_objects_is_enough_until_one_is_missing(tmp_path: Path) -> None:
    """A clone without contents is looked at; a missing tree is said, and nothing is fetched."""
    repo = made(tmp_path, "plain")
    git(repo, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", repo.as_uri(), "partial")
    git(tmp_path, "clone", "-q", "--filter=tree:0", "--no-checkout", repo.as_uri(), "bare of trees")
    write(tmp_path / "partial", {"a.txt": "changed\n"})
    with looking(find(tmp_path / "partial")) as look:
        assert look.status(tmp_path / "partial") == [(" M", PurePosixPath("a.txt"))]
    objects = git(tmp_path / "bare of trees", "count-objects", "-v")
    with looking(find(tmp_path / "bare of trees")) as look, pytest.raises(GitFailed):
        look.status(tmp_path / "bare of trees")
    assert git(tmp_path / "bare of trees", "count-objects", "-v") == objects


@pytest.mark.parametrize("bare", [True, False])
def test_a_bare_repository_counts_only_where_it_is_named(tmp_path: Path, *, bare: bool) -> None:
    """As a template; a folder of a work tree may look like one."""
    repo = made(tmp_path, "plain")
    place = tmp_path / "bare.git" if bare else repo / "inner"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(place))
    found = at(place)
    assert found is not None
    assert found.top is None
    with borrowed(found) as repository:
        assert repository.head.commit == git(repo, "rev-parse", "HEAD").strip()
        assert repository.contains("HEAD", repository.head.commit)
    if bare:
        with pytest.raises(NoRepository):
            find(place)
    else:
        assert find(place).top == repo


def test_a_folder_that_is_no_repository_is_passed_by(tmp_path: Path) -> None:
    """An empty `.git` is none; one that leads nowhere is said."""
    repo = made(tmp_path, "plain")
    (repo / "b" / ".git").mkdir()
    assert find(repo / "b").top == repo
    (repo / "b" / ".git").rmdir()
    (repo / "b" / ".git").write_text("gitdir: /nowhere\n", encoding="utf-8")
    with pytest.raises(RepositoryFault, match="'/nowhere', which is not a git repository"):
        find(repo / "b")


def test_a_reftable_names_the_way_out(tmp_path: Path) -> None:
    """Its refs are no files."""
    repo = made(tmp_path, "plain")
    (repo / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n", encoding="utf-8")
    with pytest.raises(RepositoryFault, match="git refs migrate --ref-format=files"), looking(find(repo)):
        pass


def test_git_is_started_in_one_module() -> None:
    """Whoever bypasses it bypasses what it is started with; the other modules that start programs start Python's."""
    python = {"lint/sandbox.py", "foreign/confined.py", "foreign/worker.py", "foreign/workplace.py", "trial/checks.py"}
    python |= {"probe/run.py", "probe/child/crews.py"}  # the interpreter of the user's choice
    package = ROOT / "scaffold"
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if {"import subprocess", "from subprocess import"}
        & {line.partition(" as ")[0] for line in path.read_text(encoding="utf-8").splitlines()}
    }
    assert "git.py" in users
    assert users <= {"git.py", *python}


def test_a_folder_that_is_no_repository_is_in_none(tmp_path: Path) -> None:
    """A folder for temporary files may lie in a stranger's repository; git does not look there."""
    repo = made(tmp_path, "plain")
    with pytest.raises(GitFailed, match="not a git repository"):
        run_git("rev-parse", "--git-dir", cwd=repo / "b")
