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


def trusted(scaffold: Run, source: Path, dest: Path, *more: str, says: str = "", code: int = 0) -> str:
    """Render a template with the digest of what it runs; what was printed on stdout."""
    digest = actions(Checkout(source, str(source), None, None)).digest
    result = scaffold("new", str(dest), "--template", str(source), "--trust", digest, "--defaults", *more)
    assert (result.code, result.err) == (code, says)
    return result.out


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
    source = write(
        tmp_path / "template", {"copier.yml": "a: 1\n_tasks: ['git add . 2> said || echo none > none']\n", "x": ""}
    )
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
def test_git_says_of_the_user_what_holds_where_the_project_goes(tmp_path: Path, scaffold: Run, home: Path) -> None:
    """Another address for all that lies in one folder: the private copy lies in none of those."""
    write(home, {"office.gitconfig": "[user]\n\temail = grace@office.example\n"})
    with (home / ".gitconfig").open("a", encoding="utf-8") as config:
        config.write(f'[includeIf "gitdir:{tmp_path}/office/"]\n\tpath = ~/office.gitconfig\n')
    source = write(tmp_path / "template", ASKS_GIT)
    for place, address in (("office", "grace@office.example"), ("home", "grace@example.org")):
        trusted(scaffold, source, tmp_path / place / "dest")
        found = (tmp_path / place / "dest" / "LICENSE").read_text()
        assert found == f"Grace Hopper <{address}> on trunk\n"


TALKS = r"""
_message_before_copy: "Welcome to {{ _copier_conf.dst_path.name }}\n\e[31mred"
_message_after_copy: "{{ word }} is made"
_tasks:
- "printf 'one\r\n\e]0;title\a half' && sleep 0.3 && echo ' of it' >&2"
- "{{ 'echo no good; exit 7' if word == 'bad' else 'printf last' }}"
word: {type: str, default: good}
"""
SAYS = "Welcome to dest\n\\x1b[31mred\none\n\\x1b]0;title\\x07 half of it\n"


def test_messages_and_the_output_of_tasks_are_shown(tmp_path: Path, scaffold: Run) -> None:
    """Once, as text, in their order, beside the one document of --json; nothing of them where it is only tried."""
    source = write(tmp_path / "template", {"copier.yml": TALKS, "file": ""})
    trusted(scaffold, source, tmp_path / "dest", "--dry-run", says=f"{SAYS}last\n")
    out = trusted(scaffold, source, tmp_path / "dest", "--json", says=f"{SAYS}last\ngood is made\n")
    assert json.loads(out)["answers"] == {"word": "good"}


def test_a_task_that_fails_is_shown_and_leaves_nothing(tmp_path: Path, scaffold: Run) -> None:
    """What it printed, then one line with its exit code; the message for when all is made is not shown."""
    source = write(tmp_path / "template", {"copier.yml": TALKS, "file": ""})
    line = "error: template copier.yml: Command 'echo no good; exit 7' returned non-zero exit status 7.\n"
    out = trusted(scaffold, source, tmp_path / "dest", "--data", "word=bad", code=1, says=f"{SAYS}no good\n{line}")
    assert out == ""
    assert {path.name for path in tmp_path.iterdir()} == {"template", "xdg"} & {p.name for p in tmp_path.iterdir()}


COMMITS = """\
_tasks:
- git init -q -b trunk && git config user.name Taskman && git config user.email task@example.org
- git add . && git -c commit.gpgSign=false commit -qm first && git tag v1 && git config scaffold.kept yes
- "printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit"
"""


@pytest.mark.usefixtures("home")
def test_a_repository_that_a_task_makes_is_kept(tmp_path: Path, scaffold: Run) -> None:
    """As it is: history, tags, settings, hooks, the kinds of its files; `scaffold undo` leaves it to its owner."""
    source, dest = write(tmp_path / "template", {"copier.yml": COMMITS, "file": "text"}), tmp_path / "dest"
    assert "It is in a git repository already" in trusted(scaffold, source, dest, "--git")
    assert git(dest, "log", "--format=%an %s %D") == "Taskman first HEAD -> trunk, tag: v1\n"
    assert git(dest, "config", "scaffold.kept") == "yes\n"
    assert git(dest, "status", "--porcelain") == git(dest, "fsck") == ""
    assert os.access(dest / ".git" / "hooks" / "pre-commit", os.X_OK)
    assert (dest / ".git" / "refs" / "heads").is_dir()
    assert scaffold("undo", str(dest), "--yes").code == 0
    assert {path.name for path in dest.iterdir()} == {".git"}


@pytest.mark.usefixtures("home")
def test_a_repository_that_is_there_is_not_replaced_by_a_tasks(tmp_path: Path, scaffold: Run) -> None:
    """That of a fresh clone: its own history stays, and the loss of the other is said."""
    source, dest = write(tmp_path / "template", {"copier.yml": COMMITS, "file": "text"}), tmp_path / "dest"
    committed(dest, {"README.md": "mine"}, "mine")
    trusted(
        scaffold, source, dest, says=f"note: {str(dest)!r} has a .git already: the one that a task made is left out\n"
    )
    assert git(dest, "log", "--format=%s") == "mine\n"
    assert files_below(dest)["file"] == b"text"


WITH_MORE = """\
_tasks:
- git init -q && git -c protocol.file.allow=always submodule --quiet add {part} part 2> said
- git init -q nested && mkdir linked && git init -q --separate-git-dir=$PWD/elsewhere linked
"""


@pytest.mark.usefixtures("home")
def test_a_submodule_that_a_task_adds_is_kept_and_repositories_that_cannot_be_moved_are_said(
    tmp_path: Path, scaffold: Run
) -> None:
    """A submodule has its place in the repository around it; any other leads into the private folder, or nowhere."""
    part, dest = tmp_path / "part", tmp_path / "dest"
    committed(part, {"inner": "text"}, "v1")
    source = write(tmp_path / "template", {"copier.yml": WITH_MORE.format(part=part), "file": ""})
    lost = "which a task made, is left out (it is not that of a submodule)\n"
    trusted(scaffold, source, dest, says=f"linked/.git, {lost}nested/.git, {lost}")
    assert git(dest, "submodule", "status").split()[1:] == ["part", "(v1)"]
    assert git(dest / "part", "status", "--porcelain") == ""
    assert not list(dest.glob("*ed/.git"))


def test_a_repository_elsewhere_that_a_task_names_is_said_to_be_lost(tmp_path: Path, scaffold: Run) -> None:
    """A `.git` that is a file leads into the private folder, which is gone afterwards."""
    config = "_tasks: ['git init -q --separate-git-dir=../elsewhere']\n"
    source = write(tmp_path / "template", {"copier.yml": config, "file": ""})
    says = ".git, which a task made, is left out (it leads to a repository elsewhere)\n"
    trusted(scaffold, source, tmp_path / "dest", says=says)
    assert not (tmp_path / "dest" / ".git").exists()


OF_ITS_OWN = """\
from pathlib import Path

from jinja2.ext import Extension


class Loader(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        root = Path(environment.loader.searchpath[0])
        names = {}
        exec((root / "extensions" / "own.py").read_text(), names)
        environment.filters.update(names["FILTERS"])
"""


@pytest.fixture
def loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module beside scaffold that loads what lies in a template, as those that are published do."""
    write(tmp_path / "site", {"loading_own.py": OF_ITS_OWN})
    monkeypatch.syspath_prepend(tmp_path / "site")


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ("{'shout': str.upper}", ""),
        ("{'shout': lambda text: {}[text]}", "error: template file.jinja:1: KeyError: 'word'\n"),
        ("{'shout': lambda text: exit(3)}", "error: template file.jinja: SystemExit: 3\n"),
        ("{'other': str.upper}", "error: template file.jinja:1: No filter named 'shout'.\n"),
        ("{}['none']", "error: template copier.yml: _jinja_extensions: KeyError: 'none'\n"),
    ],
)
def test_an_extension_of_the_templates_own(tmp_path: Path, scaffold: Run, filters: str, says: str) -> None:
    """It is found in the template's folder; whatever it raises is one line."""
    files = {
        "copier.yml": "_exclude: [extensions, copier.yml]\n_jinja_extensions: [loading_own.Loader]\n",
        "extensions/own.py": f"FILTERS = {filters}\n",
        "file.jinja": "{{ 'word' | shout }}",
    }
    source = write(tmp_path / "template", files)
    trusted(scaffold, source, tmp_path / "dest", says=says, code=bool(says))
    assert says or files_below(tmp_path / "dest") == {"file": b"WORD"}


def test_an_extension_that_is_missing_is_named_with_how_to_install_it(tmp_path: Path, scaffold: Run) -> None:
    """For the Python that runs scaffold."""
    config = "_jinja_extensions: [nowhere_at_all.extensions.Extension]\n"
    source = write(tmp_path / "template", {"copier.yml": config, "file": ""})
    install = f"install it beside scaffold: {sys.executable} -m pip install nowhere-at-all"
    line = f"error: template copier.yml: _jinja_extensions: No module named 'nowhere_at_all'; {install}\n"
    trusted(scaffold, source, tmp_path / "dest", says=line, code=1)


@pytest.mark.usefixtures("extension")
def test_an_update_runs_tasks_as_the_user_and_its_own_git_without_their_habits(
    tmp_path: Path, scaffold: Run, home: Path
) -> None:
    """Hooks, signatures and other ways to print a difference are for the user's repositories, not for Copier's."""
    source, dest = tmp_path / "template", tmp_path / "dest"
    task = "_tasks: ['git config user.email > who; echo task']\n"
    task += "_message_before_update: Before\n_message_after_update: For {{ author }}\n_message_after_copy: Copied\n"
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
    assert (result.code, updated.code, updated.err) == (4, 0, "Before\ntask\ntask\nFor Grace Hopper\n")
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
