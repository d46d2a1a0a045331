"""What a user trusts to run, runs as their own command, in their environment, and harms nothing of the machine's."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import files_below, git
from opening import actions
from repositories import ANSWERS, ANSWERS_FILE, write

from scaffold.foreign.checkout import Checkout

if TYPE_CHECKING:
    from harness import Run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="tasks are written for a POSIX shell"),
]

EXTENSION = """\
import subprocess

from jinja2.ext import Extension


def git_config(key):
    return subprocess.run(["git", "config", key], capture_output=True, text=True).stdout.strip()


class GitExtension(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        environment.filters["git_config"] = git_config
"""


def committed(folder: Path, files: dict[str, str], tag: str) -> None:
    """Commit, with no wish of the user's to sign in the way."""
    write(folder, files)
    for arguments in (["init", "-q"], ["add", "."], ["-c", "commit.gpgSign=false", "commit", "-qm", tag], ["tag", tag]):
        git(folder, *arguments)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with a name, an address and habits of their own, which git finds at home."""
    home = tmp_path / "home"
    write(
        home,
        {
            ".gitconfig": "[user]\n\tname = Grace Hopper\n\temail = grace@example.org\n"
            "[init]\n\tdefaultBranch = trunk\n"
            "[core]\n\thooksPath = ~/hooks\n[diff]\n\tnoprefix = true\n[commit]\n\tgpgSign = true\n",
            "hooks/post-commit": f"#!/bin/sh\ntouch {home}/hooked\n",
        },
    )
    (home / "hooks" / "post-commit").chmod(0o755)
    for name in ("GIT_CONFIG_GLOBAL", "XDG_CONFIG_HOME", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    return home


def trusted(scaffold: Run, source: Path, dest: Path) -> None:
    """Render a template with the digest of what it runs."""
    digest = actions(Checkout(source, str(source), None, None)).digest
    result = scaffold("new", str(dest), "--template", str(source), "--trust", digest, "--defaults")
    assert (result.code, result.err) == (0, "")


def test_a_task_finds_the_environment_of_the_user(
    tmp_path: Path, scaffold: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, but for what would make git work on the repository that a hook was called in."""
    elsewhere = tmp_path / "elsewhere"
    committed(elsewhere, {"file": "text"}, "v1")
    own = {
        "HTTPS_PROXY": "http://proxy.example:3128",
        "SSL_CERT_FILE": "/certificates.pem",
        "PIP_INDEX_URL": "https://pypi.example/simple",
        "SSH_AUTH_SOCK": "/agent",
        "EDITOR": "ed",
        "LANG": "C.UTF-8",
        "TMPDIR": str(tmp_path),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PYTHONPATH": str(home),
        "HOME": str(home),
        "PATH": os.environ["PATH"],
    }
    for name, value in {**own, "GIT_DIR": str(elsewhere / ".git"), "GIT_WORK_TREE": str(elsewhere)}.items():
        monkeypatch.setenv(name, value)
    task = f"{sys.executable} -I -c 'import json, os; print(json.dumps(dict(os.environ)))' > environment.json"
    config = f'a: 1\n_tasks: ["{task}", "git init -q && git add ."]\n'
    source = write(tmp_path / "template", {"copier.yml": config, "file": ""})
    trusted(scaffold, source, tmp_path / "dest")
    found = json.loads((tmp_path / "dest" / "environment.json").read_text())
    assert {name: found.get(name) for name in own} == own
    assert not {"GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG_GLOBAL"} & found.keys()
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    assert git(elsewhere, "status", "--porcelain") == ""


def test_a_task_does_not_work_on_the_repository_around_the_temporary_folder(
    tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A TMPDIR in a repository: `git add` in a task fails, and does not add the private copy there."""
    around = tmp_path / "around"
    committed(around, {"file": "text"}, "v1")
    (around / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(around / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    source = write(tmp_path / "template", {"copier.yml": "a: 1\n_tasks: ['git add . || echo none > none']\n", "x": ""})
    trusted(scaffold, source, tmp_path / "dest")
    assert (tmp_path / "dest" / "none").exists()
    assert git(around, "diff", "--cached", "--name-only") == ""


DESTRUCTIVE = """\
a: 1
_tasks:
- git config --global user.name evil
- 'echo x > "${GIT_CONFIG_GLOBAL:-plain}"'
- 'ln -sf nowhere "${GIT_CONFIG_GLOBAL:-plain}"'
- 'rm -f "${GIT_CONFIG_GLOBAL:-plain}"'
- git config --get core.hooksPath > hooks || true
"""


@pytest.mark.parametrize("configured", ["at home", "by GIT_CONFIG_GLOBAL"])
def test_a_task_that_writes_the_configuration_of_git_writes_the_users(
    tmp_path: Path, scaffold: Run, home: Path, monkeypatch: pytest.MonkeyPatch, configured: str
) -> None:
    """The file of the user, as their own command would; no device is replaced, though root could."""
    chosen = tmp_path / "chosen"
    if configured != "at home":
        chosen.write_bytes((home / ".gitconfig").read_bytes())
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(chosen))
    source = write(tmp_path / "template", {"copier.yml": DESTRUCTIVE, "file": ""})
    trusted(scaffold, source, tmp_path / "dest")
    assert (tmp_path / "dest" / "hooks").read_text() == ("~/hooks\n" if configured == "at home" else "")
    if configured == "at home":
        assert "name = evil" in (home / ".gitconfig").read_text()
    else:
        assert not chosen.is_symlink()
        assert "Grace" in (home / ".gitconfig").read_text()
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


ASKS_GIT = {
    "copier.yml": "_jinja_extensions: [asking_git.GitExtension]\n"
    "author: {type: str, default: \"{{ 'user.name' | git_config }}\"}\n"
    "email: {type: str, default: \"{{ 'user.email' | git_config }}\"}\n"
    "branch: {type: str, default: \"{{ 'init.defaultBranch' | git_config }}\"}\n",
    "LICENSE.jinja": "{{ author }} <{{ email }}> on {{ branch }}\n",
    ANSWERS_FILE: ANSWERS,
}


@pytest.fixture
def extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An extension of Jinja's that asks git, as it could be installed beside scaffold."""
    write(tmp_path / "site", {"asking_git.py": EXTENSION})
    monkeypatch.syspath_prepend(tmp_path / "site")


@pytest.mark.usefixtures("home", "extension")
def test_an_extension_that_asks_git_who_the_user_is_is_told(tmp_path: Path, scaffold: Run) -> None:
    """The name of the copyright holder is the user's own, not one that scaffold gives to its own commits."""
    source = write(tmp_path / "template", ASKS_GIT)
    trusted(scaffold, source, tmp_path / "dest")
    assert files_below(tmp_path / "dest")["LICENSE"] == b"Grace Hopper <grace@example.org> on trunk\n"


@pytest.mark.usefixtures("home")
def test_an_extension_in_the_templates_folder_leaves_no_bytecode_there(
    tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither when it is rendered nor when it is tried."""
    named = {"copier.yml": "_jinja_extensions: [asking_git.GitExtension]\n", ANSWERS_FILE: ANSWERS}
    source = write(tmp_path / "template", {**named, "asking_git.py": EXTENSION, "a.jinja": "{{ 'a' | git_config }}"})
    monkeypatch.syspath_prepend(source)
    before = files_below(source)
    trusted(scaffold, source, tmp_path / "dest")
    assert scaffold("template", "test", str(source), "--trust").code == 0
    assert scaffold("template", "lint", str(source)).code in {0, 1}
    assert files_below(source) == before


@pytest.mark.usefixtures("extension")
def test_an_update_runs_tasks_as_the_user_and_its_own_git_without_their_habits(
    tmp_path: Path, scaffold: Run, home: Path
) -> None:
    """Hooks, signatures and other ways to print a difference are for the user's repositories, not for Copier's."""
    source, dest = tmp_path / "template", tmp_path / "dest"
    task = "_tasks: ['git config user.email > who']\n"
    committed(source, {**ASKS_GIT, "copier.yml": ASKS_GIT["copier.yml"] + task, "text.jinja": "1\n2\n3\n"}, "v1")
    result = scaffold("new", str(dest), "--template", str(source), "--defaults")
    digest = result.err.split()[-1]
    assert (
        scaffold("new", str(dest), "--template", str(source), "--defaults", "--trust", digest).code,
        result.code,
    ) == (0, 4)
    committed(dest, {}, "made")
    (home / "hooked").unlink()
    committed(source, {"text.jinja": "1\n2\n3\nfour\n"}, "v2")
    (home / "hooked").unlink()
    result = scaffold("update", str(dest), "--major", "--defaults")
    updated = scaffold("update", str(dest), "--major", "--defaults", "--trust", result.err.split()[-1])
    assert (result.code, updated.code, updated.err) == (4, 0, "")
    found = files_below(dest)
    assert (found["text"], found["who"]) == (b"1\n2\n3\nfour\n", b"grace@example.org\n")
    assert not (home / "hooked").exists()
    assert not list((tmp_path / "dest").glob("*.rej"))


def test_the_trial_of_a_template_runs_tasks_in_the_same_environment(
    tmp_path: Path, scaffold: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`template test --trust`: the user's TMPDIR and name, not the repository that a hook was called in."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    git(elsewhere, "init", "-q")
    (home / "own").mkdir()
    monkeypatch.setenv("TMPDIR", str(home / "own"))
    monkeypatch.setenv("GIT_DIR", str(elsewhere / ".git"))
    told = home / "told"
    task = f"echo $TMPDIR $(git config user.name) ${{GIT_DIR:-none}} > {told}"
    source = write(tmp_path / "template", {"copier.yml": f"_tasks: ['{task}']\n", ANSWERS_FILE: ANSWERS})
    assert scaffold("template", "test", str(source), "--trust").code == 0
    assert told.read_text() == f"{home}/own Grace Hopper none\n"
