"""Everything that can be wrong with a team's template: one line, what to do about it, and the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import git, in_own_process
from repositories import SMALL, commit, write

if TYPE_CHECKING:
    from pathlib import Path

NAMED = 'name = "platform"\n[templates.worker]\nsource = "gh:acme/worker"\n'
JINJA = {"copier.yml": "a: 1\n", "file.txt.jinja": "one\n{{ 1 / 0 }}\n"}
OPEN = {"copier.yml": "name: {type: str}\nport: 80\n", "a": "a"}
INT = {"copier.yml": "port: {type: int, default: 80}\n", "a": "a"}
TASK = {"copier.yml": "a: 1\n_tasks: [make]\n", "a": "a"}
NEW = ("new", "demo", "--template")
THEIRS = (*NEW, "./theirs", "--defaults")
ADD = ("template", "add", "--catalogue", "./theirs")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "arguments", "code", "says", "remedy"),
    [
        pytest.param({}, [*NEW, "wrker"], 1, "there is no template 'wrker'", "did you mean 'worker'?", id="name"),
        pytest.param(
            {},
            [*NEW, "x9"],
            1,
            "there is no template 'x9'",
            "scaffold template list shows the names",
            id="no-such-name",
        ),
        pytest.param({}, [*NEW, "./nowhere"], 1, "'./nowhere' does not exist", "check the path", id="path"),
        pytest.param(
            {},
            [*NEW, "https://example.org/r"],
            1,
            "is not known to be git",
            "write git+https://example.org/r",
            id="url",
        ),
        pytest.param(
            {},
            [*NEW, "git@nowhere.example:o/r.git"],
            1,
            "cannot read git@nowhere.example:o/r.git",
            "check the address and your access (git ls-remote",
            id="unreachable",
        ),
        pytest.param(
            SMALL, [*NEW, "./theirs@v9"], 1, "has no tag, branch or commit 'v9'", "did you mean 'v1'", id="ref"
        ),
        pytest.param({"a": "a"}, THEIRS, 1, "no Copier template", "give the folder or repository", id="no-template"),
        pytest.param(
            {"copier.yml": "_min_copier_version: '99'\n", "a": "a"},
            THEIRS,
            1,
            "Copier version >= 99",
            "pip install --upgrade copier",
            id="newer-copier",
        ),
        pytest.param(JINJA, THEIRS, 1, "division by zero", "template file.txt.jinja:2: ", id="jinja"),
        pytest.param(
            {"copier.yml": "a: 1\nb: [\n"}, THEIRS, 1, "expected the node content", "template copier.yml:3: ", id="yaml"
        ),
        pytest.param(INT, THEIRS[:-1], 1, "no terminal to ask at", "add --data port=…", id="unanswered"),
        pytest.param(OPEN, THEIRS[:-1], 1, "no default for name", "add --data name=…", id="no-default-no-terminal"),
        pytest.param(OPEN, THEIRS, 1, "no default for name", "add --data name=…", id="no-default"),
        pytest.param(
            {"a": "a"}, ADD, 1, "there is no scaffold.toml at its top", "it is no catalogue", id="no-catalogue"
        ),
        pytest.param(
            {"scaffold.toml": 'name = "x"\n[templates.y\n'}, ADD, 1, "scaffold.toml:2: ", "Expected ']'", id="broken"
        ),
        pytest.param(
            {"scaffold.toml": 'name = "x"\n[templates.y]\nsurce = "."\n'},
            ADD,
            1,
            "scaffold.toml:3: ",
            "did you mean 'source'?",
            id="catalogue-key",
        ),
        pytest.param(
            {"scaffold.toml": 'name = "x"\n[templates.y]\nsource = "y"\n'},
            ADD,
            1,
            "scaffold.toml:3: ",
            "is the name of a template, not where it is",
            id="its-own-source",
        ),
        pytest.param(
            {"scaffold.toml": 'name = "x"\n[templates.y]\nsource = "gh:a/b"\ndeprecated = "y"\n'},
            ADD,
            1,
            "scaffold.toml:4: ",
            "in a circle: y -> y",
            id="circle",
        ),
        pytest.param(TASK, THEIRS, 4, "would run: task make", "if you trust them add --trust ", id="trust"),
        pytest.param(INT, [*THEIRS, "--data", "prt=1"], 2, "no question 'prt'", "did you mean 'port'?", id="data-name"),
        pytest.param(INT, [*THEIRS, "--data", "port=x"], 2, "--data port: ", "invalid literal", id="data-value"),
        pytest.param(INT, [*THEIRS, "--data", "port"], 2, "--data: 'port'", "must be NAME=VALUE", id="data-form"),
        pytest.param(INT, [*THEIRS, "--author", "me"], 2, "--author: ", "--data NAME=VALUE", id="flag"),
    ],
)
def test_every_mistake_is_one_line_with_its_remedy(  # noqa: PLR0913  # a table
    here: Path, *, files: dict[str, str], arguments: list[str], code: int, says: str, remedy: str
) -> None:
    """1 for what is wrong with the template or on the way to it, 4 for what it may not run, 2 for the command line."""
    user = {"XDG_CONFIG_HOME": str(here / "config"), "XDG_DATA_HOME": str(here / "data"), "GIT_SSH_COMMAND": "false"}
    write(here / "named", {"scaffold.toml": NAMED})
    assert in_own_process("template", "add", "--catalogue", "named", cwd=here, **user).returncode == 0
    before = sorted(path for folder in ("config", "data") for path in (here / folder).rglob("*"))
    (here / "theirs").mkdir()
    commit(here / "theirs", files, "v1")
    done = in_own_process(*arguments, cwd=here, **user)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert remedy in done.stderr
    assert not (here / "demo").exists()
    assert sorted(path for folder in ("config", "data") for path in (here / folder).rglob("*")) == before


@pytest.mark.slow
def test_a_moved_tag_names_both_commits_and_how_to_accept_it(here: Path) -> None:
    """The last of them: it needs a project first."""
    user = {"XDG_CONFIG_HOME": str(here / "config"), "XDG_DATA_HOME": str(here / "data")}
    before = commit(here / "theirs", SMALL, "v1")
    assert in_own_process(*THEIRS, cwd=here, **user).returncode == 0
    after = commit(here / "theirs", {"more.txt": "more"}, "v1")
    assert git(here / "theirs", "tag", "--list").strip() == "v1"
    done = in_own_process("new", "other", *THEIRS[2:], cwd=here, **user)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"it was {before} and is now {after}" in done.stderr
    assert f"--accept-moved {after}" in done.stderr
