"""`scaffold check` in projects of a team's template, as plain Copier made them: what differs, and what is not known."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from harness import git_commit_all
from repositories import SMALL, commit, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness import Run

pytestmark = pytest.mark.slow

RECORD = ".copier/.copier-answers.yml"
TEMPLATE = {
    "copier.yml": """\
_answers_file: .copier/.copier-answers.yml
_preserve_symlinks: true
_tasks:
  - rm unwanted.txt
  - printf formatted > layout.txt
name: thing
token: {type: str, secret: true, default: changethis}
""",
    f"{RECORD}.jinja": "{{ _copier_answers|to_json }}\n",
    ".env.jinja": "NAME={{ name }}\nTOKEN={{ token }}\n",
    "digest.txt.jinja": "fixed\n{{ token|hash('sha256') }}\nend\n",
    "README.md.jinja": "# {{ name }}\n",
    "layout.txt": "as it came\n",
    "unwanted.txt": "cleared away\n",
    "run.sh": "#!/bin/sh\n",
}


def copier_copy(template: Path, project: Path, *flags: str) -> Path:
    """A project as Copier's own command makes it, committed."""
    command = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", "--trust", *flags]
    done = subprocess.run([*command, str(template), str(project)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    git_commit_all(project)
    return project


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the template and a project that Copier made of it; its tests copy the project."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "Ada")
            patch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")
        template = write(folder / "template", TEMPLATE)
        (template / "run.sh").chmod(0o755)
        (template / "{% raw %}{{ link }}{% endraw %}").symlink_to("README.md")
        commit(template, {}, "v1.0.0")
        copier_copy(template, folder / "demo", "--data", "token=hush, quite")
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """The project."""
    shutil.copytree(made / "demo", tmp_path / "demo", symlinks=True)
    return tmp_path / "demo"


def piece_of(scaffold: Run, project: Path, *flags: str) -> dict[str, Any]:
    """How the one piece in it stands."""
    [piece] = json.loads(scaffold("check", str(project), "--json", *flags).out)["pieces"]
    return dict(piece)


def drift_of(piece: Mapping[str, Any]) -> dict[str, str]:
    """The files that differ, and how."""
    return {drift["path"]: drift["kind"] for drift in piece["drift"]}


BY_TASKS = {"layout.txt": "edited", "unwanted.txt": "deleted"}


def test_an_untouched_project_of_copiers_is_clean(project: Path, scaffold: Run) -> None:
    """Without scaffold's line: answers as JSON in a folder, a secret, a link, and tasks that nobody has trusted."""
    result = scaffold("check", str(project))
    assert (result.code, result.err) == (0, "")
    assert "v1.0.0 is current" in result.out
    assert "its tasks are not run to compare" in result.out
    assert "unwanted.txt  (or by a task of the template)" in result.out
    assert drift_of(piece_of(scaffold, project)) == BY_TASKS
    assert (project / "{{ link }}").is_symlink()


def test_what_the_user_did_is_told(project: Path, scaffold: Run) -> None:
    """Edits beside a secret, modes, links, another layout of the record; a missing file may be a task's doing."""
    (project / "run.sh").chmod(0o644)
    (project / "README.md").chmod(0o755)
    (project / "{{ link }}").unlink()
    (project / "{{ link }}").symlink_to("run.sh")
    write(project, {".env": "NAME=other\nTOKEN=hush, quite\n"})
    answers = json.loads((project / RECORD).read_text(encoding="utf-8"))
    write(project, {RECORD: json.dumps(answers, indent=4) + "\n"})
    (project / "digest.txt").unlink()
    piece = piece_of(scaffold, project)
    changed = {"{{ link }}": "edited", ".env": "edited", "run.sh": "mode", "README.md": "mode", "digest.txt": "deleted"}
    assert drift_of(piece) == BY_TASKS | changed
    assert not any(drift["fails"] for drift in piece["drift"])
    strict = scaffold("check", str(project), "--strict", "--json")
    assert strict.code == 3


def test_a_secret_that_cannot_be_read_back(project: Path, scaffold: Run) -> None:
    """Lines made of it may hold anything; `--data` compares them, and answers on record are not given again."""
    write(project, {".env": "TOKEN = hush, quite\n"})
    assert drift_of(piece_of(scaffold, project)) == BY_TASKS | {".env": "edited"}
    piece = piece_of(scaffold, project, "--data", "token=another")
    assert drift_of(piece) == BY_TASKS | {".env": "edited", "digest.txt": "edited"}
    assert drift_of(piece_of(scaffold, project, "--data", "token=hush, quite")) == BY_TASKS | {".env": "edited"}
    again = scaffold("check", str(project), "--data", "name=thing")
    assert (again.code, again.err) == (2, "error: --data: name is on record: scaffold reanswer changes it\n")
    assert scaffold("check", str(project), "--data", "nothing=1").code == 2


@pytest.mark.parametrize("heading", ["", "Thing\n=======\n\n", "Longer thing\n============\n\n"])
def test_conflicts_as_copier_marks_them(project: Path, scaffold: Run, heading: str) -> None:
    """Also below a heading that is underlined; and those that its `--conflict rej` leaves beside a file."""
    text = heading + "<<<<<<< before updating\nmine\n=======\ntheirs\n>>>>>>> after updating\n"
    write(project, {"README.md": text, "run.sh.rej": "--- run.sh\n"})
    result = scaffold("check", str(project))
    assert (result.code, result.err) == (3, "")
    assert drift_of(piece_of(scaffold, project)) == BY_TASKS | {"README.md": "conflict", "run.sh.rej": "conflict"}
    assert result.out.endswith("Next: resolve the conflicts, and commit\n")


EXTENDED = {**SMALL, "copier.yml": "_jinja_extensions: [jinja2.ext.do]\n_tasks: [exit 1]\nname: thing\n"}


def test_what_is_not_trusted_has_a_code_of_its_own(tmp_path: Path, scaffold: Run) -> None:
    """4 with the digest, where an extension would have to be loaded; with it 0, and nothing is noted."""
    commit(tmp_path / "template", SMALL, "v1.0.0")
    place = copier_copy(tmp_path / "template", tmp_path / "demo")
    commit(tmp_path / "template", EXTENDED, "v1.0.0")
    refused = scaffold("check", str(place))
    assert (refused.code, refused.err) == (4, "")
    assert "would run: Jinja extension jinja2.ext.do; read its files" in refused.out
    digest = refused.out.partition("--trust ")[2].split()[0]
    assert scaffold("check", str(place), "--show", "README.md").code == 4
    assert scaffold("check", str(place), "--trust", digest).code == 0
    document = json.loads(scaffold("check", str(place), "--json").out)
    assert (document["clean"], document["pieces"][0]["trusted"]) == (False, False)
    wrong = scaffold("check", str(place), "--trust", "0" * 64)
    assert (wrong.code, "is not what you trusted" in wrong.out) == (4, True)
    (tmp_path / "template" / "copier.yml").write_text(
        "_jinja_extensions: [nowhere.Nothing]\nname: x\n", encoding="utf-8"
    )
    commit(tmp_path / "template", {}, "v1.0.0")
    digest = scaffold("check", str(place)).out.partition("--trust ")[2].split()[0]
    missing = scaffold("check", str(place), "--trust", digest)
    assert (missing.code, "No module named 'nowhere'" in missing.out) == (3, True)
    assert "install it beside scaffold" in missing.out


def test_a_secret_goes_along_with_an_update(made: Path, tmp_path: Path, scaffold: Run) -> None:
    """Read back from the project: no conflict with it, and it stands where the new version has it; else `--data`."""
    shutil.copytree(made / "template", tmp_path / "template", symlinks=True)
    shutil.copytree(made / "demo", tmp_path / "demo", symlinks=True)
    record = tmp_path / "demo" / RECORD
    record.write_text(record.read_text(encoding="utf-8").replace(str(made), str(tmp_path)), encoding="utf-8")
    git_commit_all(tmp_path / "demo")
    newer = {
        "copier.yml": TEMPLATE["copier.yml"]
        .replace("  - rm unwanted.txt\n  - printf formatted > layout.txt\n", "")
        .replace("_tasks:\n", ""),
        ".env.jinja": "NAME={{ name }}\nTOKEN={{ token }}\nPORT=80\n",
        "other.env.jinja": "TOKEN={{ token }}\n",
    }
    commit(tmp_path / "template", newer, "v1.1.0")
    untrusted = scaffold("update", str(tmp_path / "demo"), "--defaults")
    assert untrusted.code == 4
    digest = untrusted.err.partition("--trust ")[2].split()[0]
    result = scaffold("update", str(tmp_path / "demo"), "--defaults", "--trust", digest)
    assert result.code == 0, result.out
    files = {name: (tmp_path / "demo" / name).read_text(encoding="utf-8") for name in (".env", "other.env")}
    assert files == {".env": "NAME=thing\nTOKEN=hush, quite\nPORT=80\n", "other.env": "TOKEN=hush, quite\n"}
    git_commit_all(tmp_path / "demo")
    assert scaffold("check", str(tmp_path / "demo"), "--strict", "--ignore", "layout.txt").code == 0
    assert scaffold("reanswer", str(tmp_path / "demo"), "--data", "token=new").code == 0
    files = {name: (tmp_path / "demo" / name).read_text(encoding="utf-8") for name in (".env", "other.env")}
    assert files == {".env": "NAME=thing\nTOKEN=new\nPORT=80\n", "other.env": "TOKEN=new\n"}


def test_what_is_generated_once_is_the_users(tmp_path: Path, scaffold: Run) -> None:
    """Files that an update would not touch may be edited and deleted, strictly, too."""
    config = (
        "_skip_if_exists: [CHANGELOG.md, never.md]\n"
        "_exclude: [copier.yml, .git, \"{% if _copier_operation == 'update' %}example.txt{% endif %}\"]\n"
        "name: thing\n"
    )
    files = {**SMALL, "copier.yml": config, "CHANGELOG.md": "# Changes\n", "example.txt": "so\n"}
    commit(tmp_path / "template", files, "v1.0.0")
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--template", str(tmp_path / "template"), "--defaults").code == 0
    (project / "example.txt").unlink()
    write(project, {"CHANGELOG.md": "# Mine\n"})
    strict = scaffold("check", str(project), "--strict", "--json")
    assert strict.code == 0
    [piece] = json.loads(strict.out)["pieces"]
    assert {drift["path"]: (drift["kind"], drift["group"]) for drift in piece["drift"]} == {
        "CHANGELOG.md": ("edited", "yours"),
        "example.txt": ("deleted", "yours"),
    }
