"""`scaffold update`: generated code in a newer version of its template, with local edits kept."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from harness import contents, git, git_commit_all
from newer import VERSION, Newer, replace

from scaffold.life.history import history
from scaffold.life.majors import major
from scaffold.template import bundled

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

MODULE = "src/demo/threadpool_map.py"


@pytest.fixture
def project(tmp_path: Path, scaffold: Run) -> Path:
    """A committed project, made by this scaffold."""
    assert scaffold("new", str(tmp_path / "demo"), "--defaults", "--author", "Ada").code == 0
    git_commit_all(tmp_path / "demo")
    return tmp_path / "demo"


def test_newest_version_has_nothing_to_update(project: Path, scaffold: Run) -> None:
    """It says so, and writes nothing."""
    before = contents(project)
    result = scaffold("update", str(project))
    assert (result.code, result.out, result.err) == (0, "nothing changes\n", "")
    assert contents(project) == before


@pytest.mark.slow
@pytest.mark.parametrize("python", ["3.10", "3.12"])
def test_the_oldest_python_of_a_project_stays(tmp_path: Path, scaffold: Run, ahead: Newer, python: str) -> None:
    """Whatever a new project would get; and with it the code that suits it."""
    project = tmp_path / "demo"
    flags = ("--shape", "many-similar", "--no-results", "--volume", "few", "--python", python)
    assert scaffold("new", str(project), "--defaults", *flags).code == 0
    git_commit_all(project)
    assert ahead("update", "--greeting", "salve", cwd=project).code == 0
    git_commit_all(project)
    assert ahead("reanswer", "--workers", "5", cwd=project).code == 0
    assert f"python: '{python}'\n" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert f'requires-python = ">={python}"' in (project / "pyproject.toml").read_text(encoding="utf-8")
    module = (project / "src/demo/thread_batch.py").read_text(encoding="utf-8")
    assert ("BatchError(ExceptionGroup[TaskError])" in module) == (python != "3.10")


@pytest.mark.slow
def test_all_that_a_new_version_can_change(project: Path, ahead: Newer) -> None:
    """Edits in a changed, a renamed and a dropped file stay; the answers file has the new version and question."""
    replace(project / MODULE, "import threading\n", "import threading  # mine\n")
    replace(project / ".github/workflows/tests.yml", "ubuntu-latest", "ubuntu-24.04")
    (project / "src/demo/work.py").write_text('"""All mine."""\n', encoding="utf-8")
    (project / "src/demo/py.typed").unlink()
    git_commit_all(project)
    result = ahead("update", "--greeting", "salve", cwd=project / "src" / "demo")
    assert result.code == 0, result.err
    found = {line.split()[1]: line.split()[0] for line in result.out.splitlines()}
    assert found == {
        ".copier-answers.yml": "updated",
        ".github/workflows/tests.yml": "deleted",
        ".github/workflows/checks.yml": "merged",
        ".gitignore": "deleted",
        "NOTES.md": "new",
        "README.md": "updated",
        "pyproject.toml": "updated",
        MODULE: "merged",
        "src/demo/__init__.py": "updated",
    }
    assert "author is called owner now" in result.err
    assert "description is asked no more" in result.err
    module = (project / MODULE).read_text(encoding="utf-8")
    assert "import threading  # mine" in module
    assert "# Of the future." in module
    workflow = (project / ".github/workflows/checks.yml").read_text(encoding="utf-8")
    assert "name: Checks" in workflow
    assert "ubuntu-24.04" in workflow
    assert (project / "src/demo/work.py").read_text(encoding="utf-8") == '"""All mine."""\n'
    assert not (project / "src/demo/py.typed").exists()
    assert "It says salve." in (project / "README.md").read_text(encoding="utf-8")
    answers = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert f"_commit: {VERSION}" in answers
    assert "greeting: salve" in answers
    assert "owner: Ada" in answers
    assert "description" not in answers
    git_commit_all(project)
    assert ahead("update", cwd=project).out == "nothing changes\n"


@pytest.mark.slow
def test_update_of_an_untouched_project_is_what_new_would_write(project: Path, ahead: Newer, tmp_path: Path) -> None:
    """From a colleague's clone at another path, too."""
    clone = tmp_path / "a colleague's ünïcode clone"
    git(tmp_path, "clone", "--quiet", "--depth", "1", project.as_uri(), str(clone))
    assert ahead("update", str(clone), "--defaults", cwd=tmp_path).code == 0
    (tmp_path / "fresh").mkdir()
    assert ahead("new", "demo", "--defaults", "--owner", "Ada", cwd=tmp_path / "fresh").code == 0
    assert contents(clone) == contents(tmp_path / "fresh" / "demo")


@pytest.mark.slow
def test_new_question_needs_an_answer(project: Path, ahead: Newer) -> None:
    """Without a terminal it is named with its flag; what is answered already is not asked again."""
    before = contents(project)
    result = ahead("update", cwd=project)
    assert result.code == 2
    assert "--greeting hello" in result.err
    assert "--workers" not in result.err
    result = ahead("update", "--workers", "8", cwd=project)
    assert result.code == 2
    assert "scaffold reanswer" in result.err
    assert contents(project) == before


@pytest.mark.slow
def test_conflict_stands_in_the_file_and_exits_3(project: Path, ahead: Newer) -> None:
    """With the three sides named; a second update waits until it is resolved."""
    replace(project / "README.md", "Work in threads, made with scaffold.", "My own words.")
    git_commit_all(project)
    result = ahead("update", "--defaults", cwd=project)
    assert result.code == 3
    assert "conflict  README.md  (1 to resolve between the markers)" in result.out
    text = (project / "README.md").read_text(encoding="utf-8")
    assert (
        f"""\
<<<<<<< yours
My own words.
||||||| generated by {history().newest}
Work in threads, made with scaffold.
=======
It says hello.
>>>>>>> template {VERSION}
"""
        in text
    )
    checked = ahead("check", "--json", cwd=project)
    assert checked.code == 3
    [drift] = [file for file in json.loads(checked.out)["pieces"][0]["drift"] if file["path"] == "README.md"]
    assert (drift["kind"], drift["fails"]) == ("conflict", True)
    again = ahead("update", "--to", history().newest, "--allow-dirty", "--defaults", cwd=project)
    assert again.code == 1
    assert "conflicts of an earlier update" in again.err


@pytest.mark.slow
def test_conflict_beside_the_file(project: Path, ahead: Newer) -> None:
    """`--conflict rej` leaves the file with all that fits, and the rest as a patch that can be applied by hand."""
    readme = project / "README.md"
    replace(readme, "Work in threads, made with scaffold.", "My own words.")
    git_commit_all(project)
    before = readme.read_text(encoding="utf-8")
    assert ahead("update", "--defaults", "--conflict", "rej", cwd=project).code == 3
    assert readme.read_text(encoding="utf-8") == before
    git(project, "apply", "README.md.rej")
    assert readme.read_text(encoding="utf-8") == before.replace("My own words.", "It says hello.")


@pytest.mark.slow
def test_dry_run_shows_the_diff_that_would_result(project: Path, ahead: Newer) -> None:
    """Applied to a copy, it gives what the update gives; the project stays as it is, even where it is dirty."""
    replace(project / MODULE, "import threading\n", "import threading  # mine\n")
    copy = project.with_name("copy")
    shutil.copytree(project, copy)
    before = contents(project)
    result = ahead("update", "--defaults", "--dry-run", cwd=project)
    assert result.code == 0
    assert contents(project) == before
    start = result.out.index("diff --git")
    (copy / "the.patch").write_text(result.out[start:], encoding="utf-8")
    git(copy, "apply", "the.patch")
    (copy / "the.patch").unlink()
    git_commit_all(project)
    assert ahead("update", "--defaults", cwd=project).code == 0
    assert contents(copy) == contents(project)


@pytest.mark.slow
def test_update_and_back(project: Path, ahead: Newer, tmp_path: Path) -> None:
    """`--to` an older version takes the changes out again, keeps the edits, and reads what only it asks from a file."""
    replace(project / MODULE, "import threading\n", "import threading  # mine\n")
    git_commit_all(project)
    before = contents(project)
    assert ahead("update", "--defaults", cwd=project).code == 0
    git_commit_all(project)
    (tmp_path / "old.yml").write_text("author: Ada\nworkers: 7\n", encoding="utf-8")
    answers = ("--answers", str(tmp_path / "old.yml"))
    result = ahead("update", "--to", history().newest, "--defaults", *answers, cwd=project)
    assert result.code == 0, result.err
    assert contents(project) == before


@pytest.mark.slow
def test_undo_takes_an_update_back(project: Path, ahead: Newer) -> None:
    """All but the file that was changed since, which is listed."""
    before = contents(project)
    assert ahead("update", "--defaults", cwd=project).code == 0
    (project / "NOTES.md").write_text("edited\n", encoding="utf-8")
    result = ahead("undo", "--yes", cwd=project)
    assert result.code == 3
    assert "left      NOTES.md  (changed since scaffold update)" in result.out
    assert contents(project) == before | {"NOTES.md": b"edited\n"}


@pytest.mark.slow
def test_project_of_a_newer_scaffold(project: Path, ahead: Newer, scaffold: Run) -> None:
    """This one cannot know it: it says what to upgrade, and touches nothing."""
    assert ahead("update", "--defaults", cwd=project).code == 0
    git_commit_all(project)
    before = contents(project)
    for arguments in (("update",), ("update", "--to", "1.0.0"), ("reanswer", "--workers", "8")):
        result = scaffold(arguments[0], str(project), *arguments[1:])
        assert result.code == 1
        assert "is newer than this scaffold: upgrade it" in result.err
    assert scaffold("check", str(project)).code == 3
    assert contents(project) == before


def test_version_that_never_was(project: Path, scaffold: Run) -> None:
    """It lists those that were."""
    result = scaffold("update", str(project), "--to", "0.0.7")
    assert result.code == 1
    assert "1.0.0" in result.err


@pytest.mark.slow
@pytest.mark.parametrize("version", history().versions)
@pytest.mark.parametrize("edited", [False, True], ids=["untouched", "edited"])
def test_every_released_version_updates_to_the_newest(
    version: str, tmp_path: Path, scaffold: Run, *, edited: bool
) -> None:
    """Each design, with and without edited work, which stays; what is untouched becomes what `new` writes."""
    from variants import DEFAULTS

    old = history().template(version)
    for variant in DEFAULTS:
        project = tmp_path / variant.name
        for path, content in variant.render(old).items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_bytes(content)
        work = project / "src/demo/work.py"
        if edited:
            work.write_text("# mine\n" + work.read_text(encoding="utf-8"), encoding="utf-8")
        git_commit_all(project)
        mine = work.read_bytes()
        result = scaffold("update", str(project), "--defaults", "--major")
        assert result.code == 0, result.err + result.out
        found = contents(project)
        answered = variant.answers(old)  # once answered it stays, whatever the default is by now
        kept = {name: answered[name] for name in ("python", "module", "description")}
        wanted = {str(path): content for path, content in variant.render(bundled(), **kept).items()}
        if edited:
            assert found["src/demo/work.py"] == mine
            wanted["src/demo/work.py"] = mine
            if major(version) != major(bundled().version):
                wanted.pop("tests/test_work.py", None)  # it would test the example
        assert found == wanted
