"""The owner's files later on: kept byte for byte once they are edited, and never merged with another example."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
from harness import contents, edited, git_commit_all
from newer import EXAMPLE, NEXT_MAJOR, VERSION, Newer, replace

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

pytestmark = pytest.mark.slow

WORK, MAIN, TEST = "src/demo/work.py", "src/demo/__main__.py", "tests/test_work.py"
MODULE = "src/demo/threadpool_map.py"


@pytest.fixture
def project(tmp_path: Path, scaffold: Run) -> Path:
    """A committed project."""
    assert scaffold("new", str(tmp_path / "demo"), "--defaults").code == 0
    git_commit_all(tmp_path / "demo")
    return tmp_path / "demo"


def outcomes(out: str) -> dict[str, str]:
    """What happened to each file, from what was printed about it."""
    listed = (
        line.split(maxsplit=2) for line in out.partition("\n\n")[0].splitlines() if not line.startswith("the new")
    )
    return {words[1]: words[0] for words in listed}


def test_untouched_example_is_replaced(project: Path, broken: Newer) -> None:
    """By the new one, with all that goes with it; also in a checkout with the line ends of Windows."""
    (project / WORK).write_bytes((project / WORK).read_bytes().replace(b"\n", b"\r\n"))
    git_commit_all(project)
    result = broken("update", "--major", "--defaults", cwd=project)
    assert result.code == 0, result.err
    found = outcomes(result.out)
    assert (found[WORK], found[MAIN], found[MODULE]) == ("updated", "updated", "updated")
    assert (project / WORK).read_bytes() == EXAMPLE.replace("\n", "\r\n").encode()
    assert (project / TEST).exists()
    assert "by hand" not in result.out
    git_commit_all(project)
    assert broken("check", "--strict", cwd=project).code == 0


def test_edited_example_stays_byte_for_byte(project: Path, broken: Newer) -> None:
    """The command that is printed shows the new one; machinery and the rest are merged."""
    mine = edited(project, WORK, MAIN)
    edited(project, MODULE, "pyproject.toml")
    result = broken("update", "--major", "--defaults", cwd=project)
    assert result.code == 0, result.err
    found = outcomes(result.out)
    assert (found[WORK], found[MAIN], found[MODULE], found["pyproject.toml"]) == ("kept", "kept", "merged", "merged")
    assert {name: (project / name).read_bytes() for name in mine} == mine
    assert f"kept      {WORK}  (yours)" in result.out
    [command] = [
        line.partition(": ")[2] for line in result.out.splitlines() if line.startswith(f"the new example of {WORK}")
    ]
    assert broken(*shlex.split(command)[1:], cwd=project).out == EXAMPLE
    git_commit_all(project)
    checked = json.loads(broken("check", "--json", cwd=project).out)
    groups = {file["path"]: file["group"] for file in checked["pieces"][0]["drift"]}
    assert (checked["clean"], groups[WORK], groups[MODULE]) == (True, "yours", "machinery")
    assert broken("update", cwd=project).out == "nothing changes\n"


def test_new_example_is_seen_before_anything_is_written(project: Path, broken: Newer) -> None:
    """By the flag that a dry run names, from another directory and as data; of other files there is no example."""
    edited(project, WORK)
    replace(project / "README.md", "Work in threads", "A conflict")
    git_commit_all(project)
    before = contents(project)
    command = ("update", "demo", "--major", "--defaults", "--dry-run")
    shown = broken(*command, cwd=project.parent)
    assert f"the new example of {WORK}: add --show {WORK}\n" in shown.out
    example = broken(*command, "--show", WORK, cwd=project.parent)
    assert (shown.code, example.code, example.out, example.err) == (3, 0, EXAMPLE, "")
    document = json.loads(broken(*command, "--json", cwd=project.parent).out)
    assert {file["path"]: file["example"] for file in document["files"]}[WORK] == EXAMPLE
    other = broken(*command, "--show", MODULE, cwd=project.parent)
    assert other.code == 2
    assert f"error: --show: there is no new example of '{MODULE}' (there are '{WORK}'" in other.err
    assert broken("update", "demo", "--major", "--defaults", "--show", WORK, cwd=project.parent).code == 2
    assert contents(project) == before


def test_command_that_shows_the_new_example_names_the_project(project: Path, broken: Newer) -> None:
    """Where it is not the current directory."""
    edited(project, WORK)
    result = broken("update", "demo", "--major", "--defaults", cwd=project.parent)
    assert result.code == 0, result.err
    assert f"the new example of {WORK}: scaffold check --show {WORK} demo\n" in result.out
    assert broken("check", "--show", WORK, "demo", cwd=project.parent).out == EXAMPLE


def test_deleted_example_stays_deleted(project: Path, broken: Newer) -> None:
    """That is said, and is no drift."""
    (project / MAIN).unlink()
    git_commit_all(project)
    result = broken("update", "--major", "--defaults", cwd=project)
    assert (result.code, f"kept      {MAIN}  (you deleted it)" in result.out) == (0, True)
    assert not (project / MAIN).exists()
    assert broken("check", cwd=project).code == 0


def test_tests_of_an_example_are_not_written_beside_work_of_the_owners(project: Path, broken: Newer) -> None:
    """They could only fail; whoever left the work alone gets them."""
    (project / TEST).unlink(missing_ok=True)
    edited(project, WORK)
    result = broken("update", "--major", "--defaults", cwd=project)
    assert result.code == 0
    assert outcomes(result.out)[TEST] == "kept"
    assert not (project / TEST).exists()


def test_owners_tests_are_not_carried_into_machinery(tmp_path: Path, scaffold: Run, broken: Newer) -> None:
    """Edited tests of the program of 1.x keep their name, although the new test of the command line is like them."""
    project = old_project(tmp_path / "demo", "1.3.0")
    mine = edited(project, "tests/test_main.py")
    result = broken("update", "--major", "--defaults", cwd=project)
    assert result.code == 0, result.err
    assert "kept      tests/test_main.py  (yours; the template has it no more)" in result.out
    assert {name: (project / name).read_bytes() for name in mine} == mine
    assert b"# mine" not in (project / "tests/test_cli.py").read_bytes()
    untouched = old_project(tmp_path / "untouched", "1.3.0")
    result = broken("update", "--major", "--defaults", cwd=untouched)
    assert outcomes(result.out)["tests/test_main.py"] == "deleted"
    assert scaffold("check", str(untouched)).code == 3  # this scaffold is older


def old_project(where: Path, version: str) -> Path:
    """A committed project of a released version."""
    from variants import DEFAULTS

    from scaffold.life.history import history

    for path, content in DEFAULTS[0].render(history().template(version)).items():
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_bytes(content)
    git_commit_all(where)
    return where


# --- major versions -------------------------------------------------------------------------------------------------


def test_update_stays_within_the_major_version(project: Path, broken: Newer) -> None:
    """It says that another is out; `--major` goes there, `--to` needs it for that, forth and back."""
    result = broken("update", "--defaults", cwd=project)
    assert result.code == 0
    assert f"note: {NEXT_MAJOR} is out, another major version: scaffold update --major" in result.err
    assert f"_commit: {VERSION}\n" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    git_commit_all(project)
    before = contents(project)
    refused = broken("update", "--to", NEXT_MAJOR, cwd=project)
    assert (refused.code, refused.err) == (
        2,
        f"error: --to: {NEXT_MAJOR} is another major version than {VERSION}: add --major\n",
    )
    assert contents(project) == before
    assert broken("update", "--major", cwd=project).code == 0
    assert f"_commit: {NEXT_MAJOR}\n" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    git_commit_all(project)
    assert broken("update", "--to", VERSION, cwd=project).code == 2
    assert broken("update", "--to", VERSION, "--major", cwd=project).code == 0
    assert contents(project) == before


def test_module_stays_within_the_major_version(project: Path, broken: Newer) -> None:
    """Each piece within its own."""
    assert broken("add", "--module", "retry", "--defaults", cwd=project).code == 0  # of the newest
    git_commit_all(project)
    result = broken("update", "--defaults", cwd=project)
    assert result.code == 0, result.err
    [whole, module] = json.loads(broken("check", "--json", cwd=project).out)["pieces"]
    assert (whole["version"], module["version"]) == (VERSION, NEXT_MAJOR)
    assert (whole["behind"], module["behind"]) == (False, False)


# --- by hand --------------------------------------------------------------------------------------------------------


def test_what_to_do_by_hand_is_listed_by_file_and_line(project: Path, broken: Newer) -> None:
    """At the owner's lines, as text and as data, before and after it is written; no exit code of its own."""
    (project / WORK).write_bytes(b"import os\r\n\r\n# old one\r\n# older\r\n")
    git_commit_all(project)
    listed = f"""\

To do by hand for version {NEXT_MAJOR}:
  {WORK}:1: define example() for demo
  {WORK}:3: old lines go
  {WORK}:4: old lines go
"""
    dry = broken("update", "--major", "--defaults", "--dry-run", cwd=project)
    assert (dry.code, listed in dry.out) == (0, True)
    document = json.loads(broken("update", "--major", "--defaults", "--dry-run", "--json", cwd=project).out)
    assert document["pieces"][0]["by_hand"] == [
        {"path": WORK, "line": 1, "say": "define example() for demo"},
        {"path": WORK, "line": 3, "say": "old lines go"},
        {"path": WORK, "line": 4, "say": "old lines go"},
    ]
    done = broken("update", "--major", "--defaults", cwd=project)
    assert (done.code, done.out.endswith(listed)) == (0, True)
    git_commit_all(project)
    assert "by hand" not in broken("update", "--major", cwd=project).out


def test_only_the_owners_side_of_a_conflict_is_looked_at(project: Path, broken: Newer) -> None:
    """What was generated before, and what is now, stands there too."""
    with (project / MODULE).open("a", encoding="utf-8") as file:
        file.write("# old, at the end\n")
    git_commit_all(project)
    result = broken("update", "--major", "--defaults", cwd=project)
    assert result.code == 3
    lines = (project / MODULE).read_text(encoding="utf-8").splitlines()
    assert "# After the break." in lines
    listed = result.out.partition("To do by hand")[2].splitlines()[1:]
    assert listed == [f"  {MODULE}:{lines.index('# old, at the end') + 1}: old machinery goes"]


def test_within_a_major_version_nothing_is_to_be_done_by_hand(project: Path, broken: Newer) -> None:
    """Nor on the way back."""
    (project / WORK).write_text("# old\n", encoding="utf-8")
    git_commit_all(project)
    assert "by hand" not in broken("update", "--defaults", cwd=project).out
    git_commit_all(project)
    assert "by hand" in broken("update", "--major", cwd=project).out
    git_commit_all(project)
    assert "by hand" not in broken("update", "--to", VERSION, "--major", cwd=project).out


def test_another_design_names_what_its_program_needs(tmp_path: Path, broken: Newer) -> None:
    """Of work that is the owner's own, where the program that imports it is another now."""
    assert broken("new", "demo", "--defaults", cwd=tmp_path).code == 0
    (tmp_path / "demo" / WORK).write_text("# old\n", encoding="utf-8")
    git_commit_all(tmp_path / "demo")
    result = broken("reanswer", "--design", "threadpool/jobs", cwd=tmp_path / "demo")
    assert result.code == 0, result.err
    assert f"\n  {WORK}:1: define example() for demo\n" in result.out
    assert "old lines go" not in result.out
