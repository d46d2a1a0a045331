"""`scaffold template new` and `scaffold template eject`, seen from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import pythons
from harness import ROOT, contents, git, git_commit_all, in_own_process
from newer import VERSION, replace
from sampling import every

from scaffold.authoring.eject import BRANCH
from scaffold.authoring.repository import skeleton
from scaffold.life.history import history

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run
    from newer import Newer

pytestmark = pytest.mark.slow  # each makes a repository, most of them several

ANSWERS = ".copier-answers.yml"


def passes(command: list[str], where: Path, **environment: str) -> str:
    """What a command printed that must end well."""
    done = subprocess.run(
        command, cwd=where, env=os.environ | environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def branches(repository: Path) -> set[str]:
    """Their names."""
    return set(git(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads").split())


@pytest.fixture(params=["new", "eject"])
def command(request: pytest.FixtureRequest) -> str:
    """What both commands have in common."""
    name: str = request.param
    return name


def test_a_repository_with_a_first_version(here: Path, scaffold: Run, command: str) -> None:
    """All of it is committed by the user, on main, with a tag that Copier takes for a version."""
    result = scaffold("template", command, "mine")
    assert (result.code, result.err) == (0, "")
    assert "scaffold template test mine" in result.out
    assert git(here / "mine", "status", "--porcelain") == ""
    assert git(here / "mine", "branch", "--show-current") == "main\n"
    assert git(here / "mine", "tag") == "v0.1.0\n"
    assert git(here / "mine", "log", "-1", "--format=%an <%ae>") == "Ada Lovelace <ada@example.org>\n"
    assert [path.name for path in here.iterdir()] == ["mine"]


@pytest.mark.usefixtures("here")
def test_lint_has_nothing_to_say(scaffold: Run, command: str) -> None:
    """Not even a note."""
    assert scaffold("template", command, "mine").code == 0
    result = scaffold("template", "lint", "mine", "--json")
    assert json.loads(result.out)["findings"] == []


def test_a_dry_run_writes_nothing(here: Path, scaffold: Run, command: str) -> None:
    """And shows what would be."""
    result = scaffold("template", command, "mine", "--dry-run")
    assert result.code == 0
    assert "copier.yml  (new)" in result.out
    assert list(here.iterdir()) == []


def test_as_data(here: Path, scaffold: Run, command: str) -> None:
    """One document, with every file that is there then."""
    document = json.loads(scaffold("template", command, "mine", "--json").out)
    assert set(document["files"]) == contents(here / "mine").keys()
    assert (document["destination"], document["written"]) == ("mine", True)


@pytest.mark.parametrize("ci", ["github", "gitlab", "none"])
def test_checks_run_where_was_asked(here: Path, scaffold: Run, command: str, ci: str) -> None:
    """Lint and test, at every push, with all tags."""
    assert scaffold("template", command, "mine", "--ci", ci).code == 0
    places = {
        "github": here / "mine" / ".github" / "workflows" / "template.yml",
        "gitlab": here / "mine/.gitlab-ci.yml",
    }
    assert {name for name, path in places.items() if path.exists()} == {ci} - {"none"}
    for path in (path for path in places.values() if path.exists()):
        text = path.read_text(encoding="utf-8")
        assert "scaffold template lint ." in text
        assert "scaffold template test . --run-tests" in text
        assert "depth" in text.lower()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--ci", "githup"], "did you mean 'github'?"),
        (["--name", "Not A Name"], "--name: 'Not A Name' is no name for a template"),
        (["--team", "{{ 7 }}"], "--team: '{{ 7 }}' must hold no braces"),
        (["--nam", "x"], "did you mean '--name'?"),
    ],
)
def test_an_answer_that_does_not_do(here: Path, scaffold: Run, command: str, flags: list[str], message: str) -> None:
    """One line, and nothing is written."""
    result = scaffold("template", command, "mine", *flags)
    assert (result.code, message in result.err, len(result.err.splitlines())) == (2, True, 1), result.err
    assert list(here.iterdir()) == []


def test_nothing_of_the_users_is_touched(here: Path, scaffold: Run, command: str) -> None:
    """Neither files that are there, nor a repository of something else."""
    (here / "mine").mkdir()
    (here / "mine" / "README.md").write_text("mine\n", encoding="utf-8")
    for _ in range(2):
        result = scaffold("template", command, "mine")
        assert result.code == 1
        assert "mine' is not empty" in result.err
        assert contents(here / "mine") == {"README.md": b"mine\n"}
        git_commit_all(here / "mine")


def test_nothing_that_git_is_told_elsewhere_is_run(
    here: Path, scaffold: Run, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hooks of a template directory, a hooks path, a signing program; and a hook's GIT_DIR points nowhere."""
    canary = here / "canary"
    (here / "hooks").mkdir()
    program = here / "hooks" / "pre-commit"
    program.write_text(f"#!/bin/sh\ntouch {canary}\n", encoding="utf-8")
    program.chmod(0o755)
    (here / "templates").mkdir()
    (here / "hooks").rename(here / "templates" / "hooks")
    settings = f"[core]\nhooksPath={here}/templates/hooks\n[init]\ntemplateDir={here}/templates\n"
    settings += f"[commit]\ngpgSign=true\n[gpg]\nprogram={here}/templates/hooks/pre-commit\n"
    (here / "gitconfig").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(here / "gitconfig"))
    monkeypatch.setenv("GIT_DIR", str(here / "elsewhere.git"))
    assert scaffold("template", command, "mine").code == 0
    monkeypatch.delenv("GIT_DIR")
    assert not canary.exists()
    assert not (here / "elsewhere.git").exists()
    assert git(here / "mine", "log", "-1", "--format=%an") == "scaffold\n"  # nobody has said who the user is


@pytest.mark.parametrize("failing", ["commit", "tag"])
def test_whatever_git_refuses_leaves_nothing(here: Path, command: str, failing: str) -> None:
    """The directory appears whole or not at all."""
    (here / "bin").mkdir()
    wrapper = here / "bin" / "git"
    real = passes(["sh", "-c", "command -v git"], here).strip()
    wrapper.write_text(f'#!/bin/sh\n[ "$1" = {failing} ] && exit 3\nexec {real} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    (here / "place").mkdir()
    path = f"{here / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = in_own_process("template", command, "mine", cwd=here / "place", PATH=path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert list((here / "place").iterdir()) == []


# --- new ------------------------------------------------------------------------------------------------------------


def test_no_repository_in_a_repository(here: Path, scaffold: Run) -> None:
    """In a repository of many things it is a folder, and a note says what it lacks."""
    git(here, "init", "--quiet")
    result = scaffold("template", "new", "mine")
    assert result.code == 0
    assert result.err.startswith("note: mine lies in a git repository already")
    assert not (here / "mine" / ".git").exists()
    assert (here / "mine" / "copier.yml").is_file()


def test_the_advice_reaches_it(here: Path, scaffold: Run) -> None:
    """It knows our questions: it gets our answers, and refuses work that it was not made for."""
    scaffold("template", "new", "mine")
    result = scaffold(
        "new", "fetcher", "--template", "mine", "--no-results", "--volume", "many", "--defaults", "--json"
    )
    document = json.loads(result.out)
    assert document["answers"]["design"] == document["recommendation"]["design"] == "threadpool/map"
    assert (document["answers"]["results"], document["answers"]["name"]) == (False, "fetcher")
    assert "-> None:" in (here / "fetcher" / "src" / "fetcher" / "threads.py").read_text(encoding="utf-8")
    result = scaffold("new", "other", "--template", "mine", "--shape", "service", "--defaults")
    assert (result.code, "design" in result.err, (here / "other").exists()) == (2, True, False)


@pytest.mark.parametrize("ci", every(["github", "none"], 2))
def test_its_own_tests_and_checks_pass(here: Path, scaffold: Run, ci: str) -> None:
    """As its README has them; its tests' file is formatted and typed, too."""
    scaffold("template", "new", "mine", "--ci", ci, "--team", 'Ada\'s "friends"')
    assert " passed" in passes([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], here / "mine")
    result = scaffold("template", "test", "mine", "--run-tests", "--json")
    document = json.loads(result.out)
    assert (document["failures"], document["updates"]) == ([], ["v0.1.0"])
    assert document["sets"] > 5
    for check in (["ruff", "format", "--check"], ["ruff", "check", "--select=A,ARG,B,E,F,I,PT,PTH,RET,RUF,SIM,UP"]):
        passes([sys.executable, "-m", *check, "--no-cache", "tests"], here / "mine")
    passes([sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "tests"], here / "mine")


@pytest.mark.parametrize("version", every([version for version in pythons.found() if version != "3.10"], 4))
def test_its_projects_pass_their_tests(here: Path, scaffold: Run, version: str) -> None:
    """On each Python found that they are for, with results and without."""
    scaffold("template", "new", "mine")
    for flag in ("--results", "--no-results"):
        assert scaffold("new", f"project{flag}", "--template", "mine", flag, "--defaults").code == 0
        passes([pythons.with_pytest(version), "-m", "pytest", "-q", "-p", "no:cacheprovider"], here / f"project{flag}")


def test_the_skeleton_is_a_copier_template(here: Path, scaffold: Run) -> None:
    """Copier's own command writes the same files."""
    flags = {"name": "mine", "team": "We", "ci": "gitlab"}
    scaffold("template", "new", "mine", *(word for name, value in flags.items() for word in (f"--{name}", value)))
    data = [word for name, value in flags.items() for word in ("--data", f"{name}={value}")]
    root = str(skeleton().root)
    passes([sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", *data, root, "copied"], here)
    assert contents(here / "copied") == contents(here / "mine")


# --- eject ----------------------------------------------------------------------------------------------------------


def test_its_history_is_ours(here: Path, scaffold: Run) -> None:
    """A branch with a commit for each version, from which main began; and no tag of ours among the user's."""
    scaffold("template", "eject", "mine")
    assert branches(here / "mine") == {"main", BRANCH}
    commits = list(history().commits.values())
    assert git(here / "mine", "log", "--reverse", "--format=%H", BRANCH).split() == commits
    assert git(here / "mine", "log", "--format=%H", "main").split()[1:] == commits[::-1]
    changed = set(git(here / "mine", "diff", "--name-only", "--diff-filter=M", BRANCH, "main").split())
    assert changed == {"copier.yml", "workload.yml", "why.md.jinja", "parts/answers.jinja"}
    assert git(here / "mine", "diff", "--name-only", "--diff-filter=D", BRANCH, "main") == ""
    assert (here / "mine" / "LICENSE.scaffold").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert "nox -s" not in "".join(text.decode() for text in contents(here / "mine").values())


@pytest.mark.parametrize("flags", [("--shape", "service"), ("--shape", "many-similar", "--ci", "none")])
def test_it_writes_what_scaffold_writes(here: Path, scaffold: Run, flags: tuple[str, ...]) -> None:
    """Only what is recorded differs: where the project comes from."""
    scaffold("template", "eject", "mine")
    for folder, more in (("ours", ()), ("theirs", ("--template", str(here / "mine")))):
        (here / folder).mkdir()
        os.chdir(here / folder)
        assert scaffold("new", "demo", *flags, *more, "--defaults").code == 0
    ours, theirs = (contents(here / folder / "demo") for folder in ("ours", "theirs"))
    record = theirs.pop(ANSWERS).decode()
    assert f"_src_path: {here / 'mine'}\n" in record
    assert "_commit: v0.1.0\n" in record
    assert f"from version {history().newest} of scaffold's" in record
    del ours[ANSWERS]
    assert ours == theirs


@pytest.mark.usefixtures("here")
def test_all_that_it_can_make_is_right(scaffold: Run) -> None:
    """By our own check of templates."""
    scaffold("template", "eject", "mine")
    document = json.loads(scaffold("template", "test", "mine", "--json").out)
    assert (document["failures"], document["updates"]) == ([], ["v0.1.0"])
    assert document["sets"] > 50


def test_there_is_nothing_newer(here: Path, scaffold: Run) -> None:
    """Said, and nothing is changed; flags for a new one are refused."""
    scaffold("template", "eject", "mine")
    before = git(here / "mine", "for-each-ref")
    result = scaffold("template", "eject", "mine")
    assert (result.code, "the newest one, already" in result.out) == (0, True)
    assert json.loads(scaffold("template", "eject", "mine", "--json").out)["command"] is None
    assert git(here / "mine", "for-each-ref") == before
    result = scaffold("template", "eject", "mine", "--ci", "none")
    assert (result.code, "leave out --ci" in result.err) == (2, True)


@pytest.mark.parametrize("where", ["here", "in a clone"])
def test_later_versions_are_merged(here: Path, scaffold: Run, ahead: Newer, where: str) -> None:
    """By git, also in a colleague's clone, which has no branch of ours; the user's changes stay."""
    scaffold("template", "eject", "mine")
    mine = here / "mine"
    module = mine / "designs" / "threadpool" / "map" / "thread" / "module.py.jinja"
    replace(module, "import threading\n", "import threading  # ours\n")
    git_commit_all(mine)
    git(mine, "tag", "v0.2.0")
    if where == "in a clone":
        git(here, "clone", "--quiet", "--no-hardlinks", "mine", "colleague")
        mine = here / "colleague"
        module = mine / module.relative_to(here / "mine")
        assert branches(mine) == {"main"}
    before = git(mine, "rev-parse", "main", "HEAD"), git(mine, "tag"), contents(mine)
    dry = json.loads(ahead("template", "eject", str(mine), "--dry-run", "--json", cwd=here).out)
    assert (dry["has"], dry["newest"], dry["written"]) == (history().newest, VERSION, False)
    result = ahead("template", "eject", str(mine), cwd=here)
    assert result.code == 0, result.err
    assert f"  git -C {mine} merge {BRANCH}\n" in result.out
    assert (git(mine, "rev-parse", "main", "HEAD"), git(mine, "tag"), contents(mine)) == before
    git(mine, "merge", "--quiet", BRANCH)
    text = module.read_text(encoding="utf-8")
    assert "import threading  # ours\n" in text
    assert "# Of the future.\n" in text
    assert (mine / "project" / "NOTES.md.jinja").is_file()
    assert scaffold("template", "lint", str(mine)).code == 0
    again = ahead("template", "eject", str(mine), cwd=here)
    assert "the newest one, already" in again.out
    older = scaffold("template", "eject", str(mine))  # which knows nothing of that version
    assert (older.code, git(mine, "rev-parse", BRANCH) != history().commits[history().newest]) == (0, True)


def test_what_keeps_a_later_version_out(here: Path, scaffold: Run, ahead: Newer) -> None:
    """Each in a line that says what to do; then it works."""
    scaffold("template", "eject", "mine")
    mine = here / "mine"
    git(here, "clone", "--quiet", "--depth=1", mine.as_uri(), "shallow")
    result = ahead("template", "eject", "shallow", cwd=here)
    assert (result.code, "git fetch --unshallow" in result.err) == (1, True)
    git(mine, "switch", "--quiet", BRANCH)
    result = ahead("template", "eject", "mine", cwd=here)
    assert (result.code, "checked out" in result.err) == (1, True)
    git(mine, "commit", "--quiet", "--allow-empty", "--message", "mine")
    git(mine, "switch", "--quiet", "main")
    result = ahead("template", "eject", "mine", cwd=here)
    assert (result.code, "commits of its own on the branch" in result.err) == (1, True)
    git(mine, "branch", "--move", BRANCH, "ours")
    assert ahead("template", "eject", "mine", cwd=here).code == 0
    assert branches(mine) == {"main", "ours", BRANCH}
