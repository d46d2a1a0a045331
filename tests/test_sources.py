"""`--template SOURCE[@REF]`: every kind of source that Copier takes, its versions, and nothing of it run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from harness import Run, files_below, git
from repositories import SMALL, commit, ssh_to_here, write

from scaffold import places
from scaffold.errors import ScaffoldError
from scaffold.sources.resolve import opened, parse


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with two releases, a pre-release, a word as tag, a commit after that, and a branch."""
    folder = tmp_path_factory.mktemp("history") / "theirs"
    commit(folder, {**SMALL, "version.txt": "1"}, "v1.0.0")
    commit(folder, {"version.txt": "1.10"}, "v1.10.0")
    commit(folder, {"version.txt": "2rc"}, "v2.0.0rc1")
    commit(folder, {"version.txt": "stable"}, "stable")
    commit(folder, {"version.txt": "main"})
    git(folder, "branch", "feature/x", "v1.0.0")
    return folder


@pytest.fixture
def repository(here: Path, history: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, in the current directory, for one test alone; the user's own command for ssh is a shell here."""
    monkeypatch.setenv("XDG_DATA_HOME", str(here / "data"))
    ssh_to_here(here, monkeypatch)
    return Path(shutil.copytree(history, here / "theirs", symlinks=True))


def over_ssh(repository: Path) -> str:
    """Its address at another host."""
    return f"git+ssh://git@templates.example{repository}"


def version_of(text: str) -> tuple[str, str | None, str | None]:
    """What the source's file says, the version that is recorded, and the commit."""
    with opened(parse(text)) as checkout:
        return (checkout.root / "version.txt").read_text(encoding="utf-8"), checkout.ref, checkout.commit


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("", "1.10"),
        ("@v1.0.0", "1"),
        ("@v2.0.0rc1", "2rc"),
        ("@stable", "stable"),
        ("@main", "main"),
        ("@HEAD", "main"),
    ],
)
@pytest.mark.parametrize("kind", ["folder", "bundle", "ssh"])
def test_every_kind_of_source_at_every_kind_of_version(repository: Path, kind: str, ref: str, says: str) -> None:
    """The newest release by default: 1.10 is newer than 1.0, a pre-release is none; the hash is whole."""
    source = str(repository)
    if kind == "bundle":
        git(repository, "bundle", "create", "--quiet", "../theirs.bundle", "--all", "HEAD")
        source = "theirs.bundle"
    if kind == "ssh":
        source = over_ssh(repository)
    name = ref[1:] or "v1.10.0"
    described = git(repository, "describe", "--tags", "--always", name).strip()
    assert version_of(source + ref) == (
        says,
        described if name in {"main", "HEAD"} else name,
        git(repository, "rev-parse", f"{name}^{{commit}}").strip(),
    )


def test_other_spellings_of_a_repository_on_this_disk(repository: Path) -> None:
    """A URL, a bare one, a part of a hash, a path in the home directory or from here."""
    git(repository.parent, "clone", "--quiet", "--bare", "theirs", "bare.git")
    first = git(repository, "rev-parse", "v1.0.0").strip()
    for text in (
        f"git+file://{repository}@v1.0.0",
        f"file://{repository}@v1.0.0",
        "bare.git@v1.0.0",
        f"./theirs@{first[:9]}",
        f"theirs@{first}",
    ):
        found = version_of(text)
        assert (found[0], found[2]) == ("1", first), text


@pytest.mark.slow
def test_a_bare_repository_is_recorded_so_that_copier_finds_it(repository: Path, here: Path, scaffold: Run) -> None:
    """By an address, where its name does not say what it is; its own commands work in the project then."""
    for name, recorded in (("bare", f"git+file://{here}/bare"), ("bare.git", f"{here}/bare.git")):
        git(here, "clone", "--quiet", "--bare", str(repository), name)
        assert scaffold("new", f"of-{name}", "--template", f"./{name}", "--defaults").code == 0
        commit(here / f"of-{name}", {})
        answers = yaml.safe_load((here / f"of-{name}" / ".copier-answers.yml").read_text(encoding="utf-8"))
        assert answers["_src_path"] == recorded
        command = [sys.executable, "-m", "copier", "check-update", f"of-{name}"]
        assert subprocess.run(command, cwd=here, capture_output=True, check=False).returncode == 0
        assert parse(recorded).location == here / name


@pytest.mark.parametrize(
    ("text", "recorded", "location", "ref"),
    [
        ("gh:o/r", "gh:o/r", "https://github.com/o/r.git", None),
        ("gl:/g/s/r.git@v1", "gl:/g/s/r.git", "https://gitlab.com/g/s/r.git", "v1"),
        ("https://github.com/o/r@feature/x", "https://github.com/o/r", "https://github.com/o/r.git", "feature/x"),
        ("git@example.org:o/r.git@v1", "git@example.org:o/r.git", "git@example.org:o/r.git", "v1"),
        ("git@example.org:o/r", "git@example.org:o/r", "git@example.org:o/r", None),
        (
            "git+https://example.org/@team/r@2.0",
            "git+https://example.org/@team/r",
            "https://example.org/@team/r",
            "2.0",
        ),
        ("git+ssh://git@example.org:22/r", "git+ssh://git@example.org:22/r", "ssh://git@example.org:22/r", None),
        (
            "https://me:secret@example.org/r.git",
            "https://example.org/r.git",
            "https://me:secret@example.org/r.git",
            None,
        ),
    ],
)
def test_addresses_as_copier_has_them(text: str, recorded: str, location: str, ref: str | None) -> None:
    """What is recorded is the same, but for a password."""
    source = parse(text)
    assert (source.recorded, source.location, source.ref) == (recorded, location, ref)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("nowhere", 1, "there is no template 'nowhere'"),
        ("https://example.org/r", 1, "write git+https://example.org/r"),
        ("ext::sh -c true", 1, "is no address that git is asked for"),
        ("git+ext::sh -c true", 1, "is no address that git is asked for"),
        ("fd::3.git", 1, "is no address that git is asked for"),
        ("--upload-pack=true", 1, "is none"),
        ("", 2, "--template must not be empty"),
        ("gh:o/r\x1b[31m", 1, "is none"),
        ("x" * 900, 1, "there is no template 'xxx"),
        ("x" * 5000, 1, "is none: it is far too long"),
        ("theirs@" + "v" * 900, 1, "has no tag, branch or commit 'vvv"),
        ("./nowhere@v1", 1, "template source './nowhere@v1' does not exist"),
        ("file.txt", 1, "is a file, and no git bundle"),
        ("plain@v1", 1, "has no versions: leave out @v1"),
        ("file:///no/such/folder.git", 1, "does not exist"),
        ("theirs@v1.1.0", 1, "has no tag, branch or commit 'v1.1.0'; did you mean 'v1.10.0'?"),
        ("theirs@zzzz", 1, "the newest tags are v2.0.0rc1, v1.10.0, v1.0.0"),
        ("theirs@deadbeef", 1, "has no tag, branch or commit 'deadbeef'"),
        ("git+ssh://git@templates.example/no/such", 1, "cannot read ssh://git@templates.example/no/such: "),
    ],
)
def test_a_source_that_cannot_be_used_is_one_line(
    repository: Path, scaffold: Run, text: str, code: int, says: str
) -> None:
    """It says what is wrong and what to do, and nothing is written."""
    here = repository.parent
    write(here, {"file.txt": "x"})
    write(here / "plain", SMALL)
    result = scaffold("new", "demo", "--defaults", "--template", text)
    assert (result.code, result.err.count("\n"), result.out) == (code, 1, "")
    assert says in result.err
    assert not (here / "demo").exists()


def test_nothing_that_a_repository_configures_is_run(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Filters, hooks, fsmonitor, a promisor's transport; line ends hold, as in any checkout."""
    here = repository.parent
    monkeypatch.delenv("GIT_SSH_COMMAND")
    bait = here / "bait.sh"
    bait.write_text(f"#!/bin/sh\ntouch {here}/caught\nexit 1\n", encoding="utf-8")
    bait.chmod(0o755)
    attributes = "*.txt filter=bait\n*.bat text eol=crlf\n"
    commit(repository, {".gitattributes": attributes, "run.bat": "one\n", ".gitmodules": ""}, "v3.0.0")
    for key in ("filter.bait.smudge", "filter.bait.process", "core.fsmonitor", "core.sshCommand", "core.pager"):
        git(repository, "config", key, str(bait))
    git(repository, "config", "filter.bait.required", "true")
    git(repository, "config", "remote.origin.url", "ssh://nowhere.example/x")
    git(repository, "config", "remote.origin.promisor", "true")
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"):
        (repository / ".git" / "hooks" / hook).symlink_to(bait)
    missing = git(repository, "rev-parse", "v3.0.0:version.txt").strip()
    lost = repository / ".git" / "objects" / missing[:2] / missing[2:]
    lost.rename(here / "kept")
    for tempted in (["status"], ["cat-file", "-p", missing]):  # so much for git alone
        subprocess.run(
            ["git", *tempted], cwd=repository, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=20
        )
        (here / "caught").unlink()
    (here / "kept").rename(lost)
    with opened(parse("theirs")) as checkout:
        assert (checkout.ref, (checkout.root / "run.bat").read_bytes()) == ("v3.0.0", b"one\r\n")
        assert not (checkout.root / ".git").exists()
    lost.unlink()
    with pytest.raises(ScaffoldError), opened(parse("theirs")):  # git would fetch it from the promisor, by its ssh
        pass
    assert not (here / "caught").exists()


def test_the_users_own_hooks_and_templates_stay_out(repository: Path) -> None:
    """A template directory for new repositories, and hooks for all of them."""
    here = repository.parent
    hook = here / "hooks" / "post-checkout"
    write(here, {"hooks/post-checkout": f"#!/bin/sh\ntouch {here}/caught\n"})
    hook.chmod(0o755)
    (hook.parent / "reference-transaction").symlink_to(hook)
    for key, value in (("core.hooksPath", hook.parent), ("init.templateDir", here)):
        git(here, "config", "--global", key, str(value))
    for source in (str(repository), over_ssh(repository)):
        assert version_of(source)[0] == "1.10"
    assert not (here / "caught").exists()


def test_a_hook_that_calls_us_does_not_lend_us_its_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git sets GIT_DIR and GIT_INDEX_FILE there."""
    commit(repository.parent / "mine", {"file": "x"})
    monkeypatch.setenv("GIT_DIR", str(repository.parent / "mine" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository.parent / "mine" / ".git" / "index"))
    assert version_of("theirs")[0] == "1.10"


def test_changes_that_are_not_committed_are_used_where_no_release_is(here: Path, scaffold: Run) -> None:
    """As Copier does; but what no commit holds is recorded as none."""
    commit(here / "theirs", SMALL)
    write(here / "theirs", {"README.md.jinja": "draft {{ name }}\n", "new.txt": "new"})
    result = scaffold("new", "demo", "--template", "theirs", "--defaults")
    assert (result.code, result.err.count("\n")) == (0, 1), result.err
    assert "not committed" in result.err
    files = files_below(here / "demo")
    assert (files["README.md"], files["new.txt"]) == (b"draft thing\n", b"new")
    assert b"_commit" not in files[".copier-answers.yml"]


@pytest.mark.slow
def test_a_moved_tag_is_reported_and_followed_only_when_accepted(repository: Path, scaffold: Run) -> None:
    """The hash that a tag had is remembered with the first project made from it."""
    before = git(repository, "rev-parse", "v1.10.0").strip()
    arguments = ("--template", str(repository), "--defaults")
    assert scaffold("new", "one", *arguments).code == 0
    recorded = yaml.safe_load(Path("one/.copier-answers.yml").read_text(encoding="utf-8"))
    assert (recorded["_commit"], recorded["_scaffold_commit"]) == ("v1.10.0", before)
    now = commit(repository, {"version.txt": "evil"}, "v1.10.0")
    result = scaffold("new", "two", *arguments)
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert f"it was {before} and is now {now}" in result.err
    assert f"--accept-moved {now}" in result.err
    assert not Path("two").exists()
    assert scaffold("new", "two", *arguments, "--accept-moved", before).code == 1
    assert scaffold("new", "two", *arguments, "--accept-moved", now).code == 0
    assert version_of("theirs")[0] == "evil"


@pytest.mark.slow
def test_where_nothing_can_be_noted_the_project_is_written_all_the_same(
    repository: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as in a container with a read-only home."""
    write(repository.parent, {"in-the-way": "x"})
    monkeypatch.setenv("XDG_DATA_HOME", str(repository.parent / "in-the-way"))
    assert scaffold("new", "one", "--template", str(repository), "--defaults").code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is asked itself")
def test_the_users_folders_are_those_of_platformdirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variables, and without."""
    platformdirs = pytest.importorskip("platformdirs")
    for named in (os.environ["XDG_CONFIG_HOME"], ""):
        monkeypatch.setenv("XDG_CONFIG_HOME", named)
        monkeypatch.setenv("XDG_DATA_HOME", named)
        assert places.config_folder() == platformdirs.user_config_path("scaffold", appauthor=False)
        assert places.data_folder() == platformdirs.user_data_path("scaffold", appauthor=False)
