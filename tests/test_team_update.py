"""Projects of a team's template later on: `scaffold update`, `reanswer`, `check` and `undo` as for our own."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

import pytest
from harness import contents, git, git_commit_all
from newer import replace

from scaffold.errors import NotUndoable
from scaffold.life.worktree import tracked

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

pytestmark = pytest.mark.slow

FIRST = {
    "copier.yml": "_subdirectory: tree\nname: {type: str, default: shop}\n",
    "tree/README.md.jinja": "# {{ name }}\n\none\ntwo\nthree\nfour\nfive\n",
    "tree/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}",
}
SECOND = FIRST | {
    "copier.yml": FIRST["copier.yml"] + "colour: {type: str, default: red}\n",
    "tree/README.md.jinja": "# {{ name }}\n\none\ntwo\nthree\nfour\n5\n",
    "tree/new.txt.jinja": "{{ colour }}\n",
}


def release(template: Path, files: dict[str, str], tag: str) -> None:
    """Commit and tag a version."""
    for name, content in files.items():
        (template / name).parent.mkdir(parents=True, exist_ok=True)
        (template / name).write_text(content, encoding="utf-8")
    git_commit_all(template)
    git(template, "tag", tag)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template with one release."""
    (tmp_path / "template").mkdir()
    release(tmp_path / "template", FIRST, "v1.0.0")
    return tmp_path / "template"


@pytest.fixture
def project(tmp_path: Path, template: Path, scaffold: Run) -> Path:
    """A committed project of it, with a file and an edit of the user's."""
    result = scaffold("new", str(tmp_path / "demo"), "--template", str(template), "--defaults")
    assert result.code == 0, result.err
    replace(tmp_path / "demo" / "README.md", "one\n", "ONE\n")
    (tmp_path / "demo" / "own.txt").write_text("own\n", encoding="utf-8")
    git_commit_all(tmp_path / "demo")
    return tmp_path / "demo"


@pytest.mark.parametrize("place", [".config/answers.yml", "answers.yaml", ".copier.{{ name }}.yml"])
def test_answers_file_that_is_elsewhere(tmp_path: Path, template: Path, scaffold: Run, place: str) -> None:
    """Wherever the template has it, from any folder of the project; but not what lies above its repository."""
    release(template, {"copier.yml": f"_answers_file: '{place}'\n{FIRST['copier.yml']}"}, "v1.1.0")
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--template", str(template), "--defaults").code == 0
    git_commit_all(project)
    [record] = [path for path, content in contents(project).items() if b"_src_path" in content]
    assert record == place.replace("{{ name }}", "shop")
    assert b"_scaffold_commit: " in (project / record).read_bytes()
    assert scaffold("check", str(project)).code == 0
    release(template, {"tree/docs/new.txt.jinja": "{{ name }}\n"}, "v1.2.0")
    assert scaffold("check", str(project)).code == 3
    assert scaffold("update", str(project)).code == 0
    assert (project / "docs" / "new.txt").read_text(encoding="utf-8") == "shop\n"
    git_commit_all(project)
    assert scaffold("check", str(project / "docs")).code == 0
    (project / "inner").mkdir()
    git_commit_all(project / "inner")
    result = scaffold("check", str(project / "inner"))
    assert (result.code, "has no .copier-answers file" in result.err) == (1, True)


def test_update_keeps_edits_and_records_the_new_version(project: Path, template: Path, scaffold: Run) -> None:
    """With its commit; `--dry-run` first shows what would change; `undo` takes it back."""
    assert scaffold("update", str(project)).out == "nothing changes\n"
    release(template, SECOND, "v1.1.0")
    before = contents(project)
    shown = scaffold("update", str(project), "--defaults", "--dry-run")
    assert "+5\n" in shown.out
    assert contents(project) == before
    result = scaffold("update", str(project), "--data", "colour=blue", "--defaults")
    assert result.code == 0, result.err
    assert result.out.splitlines() == ["updated   .copier-answers.yml", "merged    README.md", "new       new.txt"]
    assert (project / "README.md").read_text(encoding="utf-8") == "# shop\n\nONE\ntwo\nthree\nfour\n5\n"
    assert (project / "new.txt").read_text(encoding="utf-8") == "blue\n"
    answers = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert "_commit: v1.1.0" in answers
    assert f"_scaffold_commit: {git(template, 'rev-parse', 'HEAD').strip()}" in answers
    assert scaffold("undo", "--yes", str(project)).code == 0
    assert contents(project) == before


def test_other_answers_in_the_same_version(project: Path, template: Path, scaffold: Run) -> None:
    """By `--data`; a newer version is not taken along."""
    release(template, SECOND, "v1.1.0")
    assert scaffold("reanswer", str(project), "--workers", "8").code == 2
    result = scaffold("reanswer", str(project), "--data", "name=store")
    assert result.code == 0, result.err
    assert (project / "README.md").read_text(encoding="utf-8").startswith("# store\n\nONE\n")
    assert "_commit: v1.0.0" in (project / ".copier-answers.yml").read_text(encoding="utf-8")


def test_conflict_exits_3(project: Path, template: Path, scaffold: Run) -> None:
    """Marked in the file, as Copier marks it."""
    replace(project / "README.md", "five\n", "FIVE\n")
    git_commit_all(project)
    release(template, SECOND, "v1.1.0")
    result = scaffold("update", str(project), "--defaults")
    assert result.code == 3, result.err
    assert "conflict  README.md" in result.out
    assert "<<<<<<<" in (project / "README.md").read_text(encoding="utf-8")


def test_check_compares_with_what_the_template_makes(project: Path, template: Path, scaffold: Run) -> None:
    """Behind and edited, as for our own; a template that has moved away is said to be missing."""
    release(template, SECOND, "v1.1.0")
    result = scaffold("check", str(project), "--json")
    assert result.code == 3
    [piece] = json.loads(result.out)["pieces"]
    assert (piece["version"], piece["newest"], piece["behind"]) == ("v1.0.0", "v1.1.0", True)
    assert piece["drift"] == [{"path": "README.md", "kind": "edited", "group": "generated", "fails": False}]
    template.rename(template.with_name("moved"))
    result = scaffold("check", str(project))
    assert result.code == 3
    assert "does not exist" in result.out
    assert scaffold("update", str(project)).code == 1


def test_edits_never_fail_and_missing_files_do(project: Path, scaffold: Run) -> None:
    """As for our own; a team's template does not say what is the owner's, so `--strict` fails on any edit."""
    assert scaffold("check", str(project)).code == 0
    strict = scaffold("check", str(project), "--strict")
    assert (strict.code, "edited     README.md  (--strict)" in strict.out) == (3, True)
    assert scaffold("check", str(project), "--strict", "--ignore", "README.md").code == 0
    assert scaffold("check", "--show", "README.md", str(project)).out == FIRST["tree/README.md.jinja"].replace(
        "{{ name }}", "shop"
    )
    (project / "README.md").unlink()
    missing = scaffold("check", str(project))
    assert (missing.code, "deleted    README.md  (missing: " in missing.out) == (3, True)


def test_another_major_version_is_said_and_waits_for_its_flag(project: Path, template: Path, scaffold: Run) -> None:
    """`check` does not fail for it; `--to` needs the flag, too."""
    release(template, SECOND, "v2.0.0")
    said = "v2.0.0 is out, another major version: scaffold update --major"
    checked = scaffold("check", str(project))
    assert (checked.code, said in checked.out) == (0, True)
    within = scaffold("update", str(project))
    assert (within.code, within.out, within.err) == (0, "nothing changes\n", f"note: {said}\n")
    release(template, {"tree/more.txt": "more\n"}, "v2.0.1")
    git(template, "switch", "--quiet", "--detach", "v1.0.0")
    release(template, {"tree/patch.txt": "patch\n"}, "v1.0.1")
    assert scaffold("check", str(project)).code == 3
    assert scaffold("update", str(project)).code == 0
    assert (project / "patch.txt").exists()
    git_commit_all(project)
    refused = scaffold("update", str(project), "--to", "v2.0.0", "--defaults")
    assert (refused.code, refused.err) == (
        2,
        "error: --to: v2.0.0 is another major version than v1.0.1: add --major\n",
    )
    assert scaffold("update", str(project), "--major", "--defaults").code == 0
    assert "_commit: v2.0.1" in (project / ".copier-answers.yml").read_text(encoding="utf-8")


def test_commits_after_a_release_are_not_behind_it(tmp_path: Path, template: Path, scaffold: Run) -> None:
    """What was made of a branch is not taken back to the release before it."""
    (template / "tree" / "more.txt").write_text("more\n", encoding="utf-8")
    git_commit_all(template)
    commit = git(template, "rev-parse", "HEAD").strip()
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--template", f"{template}@{commit}", "--defaults").code == 0
    git_commit_all(project)
    release(template, SECOND, "v2.0.0")
    assert "_commit: v1.0.0-1-g" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert scaffold("check", str(project)).code == 0
    result = scaffold("update", str(project), "--defaults")
    assert (result.code, result.out) == (0, "nothing changes\n")
    assert scaffold("reanswer", str(project), "--data", "name=store").code == 0
    assert (project / "README.md").read_text(encoding="utf-8").startswith("# store\n")


def test_calendar_versions_have_no_major(tmp_path: Path, template: Path, scaffold: Run) -> None:
    """A new year is no breaking change."""
    git(template, "tag", "2025.12.0")
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--template", f"{template}@2025.12.0", "--defaults").code == 0
    git_commit_all(project)
    release(template, SECOND, "2026.1.0")
    assert scaffold("check", str(project)).code == 3
    assert scaffold("update", str(project), "--defaults").code == 0
    assert (project / "new.txt").exists()


def test_moved_tag_is_not_followed(project: Path, template: Path, scaffold: Run) -> None:
    """The version on record is what it was, or nothing."""
    (template / "tree" / "evil.txt").write_text("evil", encoding="utf-8")
    git_commit_all(template)
    git(template, "tag", "--force", "v1.0.0")
    before = contents(project)
    result = scaffold("update", str(project), "--defaults")
    assert result.code == 1
    assert "v1.0.0" in result.err
    assert contents(project) == before


def test_new_version_that_runs_things_is_not_trusted(project: Path, template: Path, scaffold: Run) -> None:
    """Without its digest it exits 4; with it, it is run."""
    task = SECOND["copier.yml"] + '_tasks: ["echo made > made.txt"]\n'
    release(template, SECOND | {"copier.yml": task}, "v1.1.0")
    before = contents(project)
    result = scaffold("update", str(project), "--defaults")
    assert result.code == 4
    assert "echo made" in result.err
    assert contents(project) == before
    digest = result.err.partition("--trust ")[2].split()[0]
    assert scaffold("update", str(project), "--defaults", "--trust", digest).code == 0
    assert (project / "made.txt").is_file()


def test_template_without_versions(tmp_path: Path, scaffold: Run) -> None:
    """A plain folder has none, so nothing can be compared with it."""
    for name, content in FIRST.items():
        (tmp_path / "plain" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "plain" / name).write_text(content, encoding="utf-8")
    assert scaffold("new", str(tmp_path / "demo"), "--template", str(tmp_path / "plain"), "--defaults").code == 0
    git_commit_all(tmp_path / "demo")
    result = scaffold("update", str(tmp_path / "demo"))
    assert result.code == 1
    assert "names no version" in result.err


def test_a_record_without_its_version(project: Path, scaffold: Run) -> None:
    """The commit in it says that there was one."""
    record = project / ".copier-answers.yml"
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    record.write_text("".join(line for line in lines if not line.startswith("_commit")), encoding="utf-8")
    result = scaffold("update", str(project))
    assert result.code == 1
    assert "has no _commit" in result.err


def test_a_template_that_records_nothing(tmp_path: Path, scaffold: Run) -> None:
    """Nothing is said of its project that is not so."""
    release(tmp_path / "template", {"copier.yml": FIRST["copier.yml"], "tree/a.txt": "a\n"}, "v1.0.0")
    assert scaffold("new", str(tmp_path / "demo"), "--template", str(tmp_path / "template"), "--defaults").code == 0
    for command in ("check", "update"):
        result = scaffold(command, str(tmp_path / "demo"))
        assert result.code == 1
        assert "nothing is known to be generated in it" in result.err


def forge_index(project: Path, honest: str, forged: str) -> None:
    """Have a path in the index that git takes from nobody; `honest` is as long, and keeps the order."""
    (project / honest).parent.mkdir(parents=True, exist_ok=True)
    (project / honest).write_text("bait", encoding="utf-8")
    git(project, "add", "--force", honest)
    index = project / ".git" / "index"
    content = index.read_bytes()[:-20].replace(honest.encode(), forged.encode())
    index.write_bytes(content + hashlib.sha1(content).digest())  # noqa: S324  # as git has it
    assert forged in git(project, "ls-files", "-z").split("\0")


FORGED = {
    "above": ("!!/secret", "../secret"),
    "inside": ("a/!!/!!/secret", "a/../../secret"),
    "in git's own folder": (".gib/config", ".git/config"),
    "in another spelling": (".gib/config", ".Git/config"),
}


@pytest.mark.parametrize("where", ["anywhere", *FORGED])
def test_an_index_is_not_believed(tmp_path: Path, where: str) -> None:
    """What git itself never writes there is named."""
    project = tmp_path / "project"
    project.mkdir()
    git_commit_all(project)
    anywhere = str(tmp_path / "secret")
    forge_index(project, *FORGED.get(where, (anywhere.replace("/", "0", 1), anywhere)))
    with pytest.raises(NotUndoable, match="in its index"):
        tracked(project)


def test_an_index_leads_nowhere(tmp_path: Path, project: Path, template: Path, scaffold: Run) -> None:
    """Neither where conflicts are marked in it, nor where migrations get to see all files that git knows."""
    secret = tmp_path / "secret"
    secret.write_text("mine", encoding="utf-8")
    secret.chmod(0o600)
    os.utime(secret, (1, 1))
    replace(project / "README.md", "five\n", "FIVE\n")
    git_commit_all(project)
    release(template, SECOND, "v1.1.0")
    migrating = SECOND["copier.yml"] + '_migrations: ["cat ../secret > read.txt"]\n'
    release(template, {"copier.yml": migrating}, "v1.2.0")
    forge_index(project, *FORGED["above"])
    before = contents(project)
    refused = scaffold("update", str(project), "--defaults", "--allow-dirty")
    digest = refused.err.partition("--trust ")[2].split()[0]
    result = scaffold("update", str(project), "--defaults", "--allow-dirty", "--trust", digest)
    assert (result.code, result.err.count("\n"), "in its index" in result.err) == (1, 1, True), result.err
    assert contents(project) == before
    assert scaffold("update", str(project), "--defaults", "--allow-dirty", "--to", "v1.1.0").code == 3
    assert git(project, "diff", "--name-only", "--diff-filter=U").split() == ["README.md"]
    assert (secret.read_bytes(), secret.stat().st_mode & 0o777, secret.stat().st_mtime) == (b"mine", 0o600, 1)
