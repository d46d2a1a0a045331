"""Templates with submodules: the files that Copier has; of what `.gitmodules` says, nothing but path and url."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from harness import Run, files_below, git
from repositories import SMALL, commit, ssh_to_here

from scaffold.sources.addresses import BadAddress, submodule_location
from scaffold.sources.resolve import opened, parse

if TYPE_CHECKING:
    from pathlib import Path


def add(parent: Path, url: str, path: str) -> None:
    """Make a submodule, as its author would."""
    git(parent, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template, a submodule that is at an older commit than its branch, and one within that."""
    here = tmp_path_factory.mktemp("submodules")
    commit(
        here / "inner", {"macro.jinja": "{% macro hi() %}hi{% endmacro %}", "run.bat": "one\n", ".gitattributes": ""}
    )
    commit(here / "inner", {".gitattributes": "*.bat text eol=crlf\n"})
    commit(here / "middle", {"part.txt.jinja": "part of {{ name }}\n"})
    add(here / "middle", "../inner", "deep/inner")
    commit(here / "middle", {}, "v1")
    commit(
        here / "theirs", {**SMALL, "used.jinja": "{% from 'lib/middle/deep/inner/macro.jinja' import hi %}{{ hi() }}\n"}
    )
    add(here / "theirs", "../middle", "lib/middle")
    commit(here / "theirs", {}, "v1.0.0")
    commit(here / "middle", {"part.txt.jinja": "newer\n"})
    return here


@pytest.fixture
def theirs(here: Path, built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same for one test; the user's own command for ssh is a shell here."""
    monkeypatch.setenv("XDG_DATA_HOME", str(here / "data"))
    ssh_to_here(here, monkeypatch)
    for name in ("inner", "middle", "theirs"):
        shutil.copytree(built / name, here / name, symlinks=True)
    return here / "theirs"


@pytest.mark.slow
def test_submodules_are_those_that_copier_has(here: Path, theirs: Path, scaffold: Run) -> None:
    """The same files with the same bytes, submodules within submodules too; recorded is the template's own commit."""
    git(here, "config", "--global", "protocol.file.allow", "always")
    command = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", str(theirs), str(here / "copied")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    git(here, "config", "--global", "protocol.file.allow", "never")
    result = scaffold("new", "demo", "--template", str(theirs), "--defaults")
    assert (result.code, result.err) == (0, "")
    ours = files_below(here / "demo")
    ours[".copier-answers.yml"], _, ending = ours[".copier-answers.yml"].partition(b"_scaffold_commit: ")
    assert ending.decode().strip() == git(theirs, "rev-parse", "HEAD").strip()
    assert ours == files_below(here / "copied")
    assert ours["used"] == b"hi\n"
    assert ours["lib/middle/part.txt"] == b"part of thing\n"
    assert ours["lib/middle/deep/inner/run.bat"] == b"one\r\n"


@pytest.mark.parametrize("kind", ["bundle", "ssh", "ssh without hashes"])
def test_submodules_of_every_kind_of_source(here: Path, theirs: Path, kind: str) -> None:
    """Exactly the commit that is named, also where a server gives only what a branch or tag stands for."""
    source = f"git+ssh://git@templates.example{theirs}"
    if kind == "bundle":
        git(theirs, "bundle", "create", "--quiet", "../theirs.bundle", "--all", "HEAD")
        source = str(here / "theirs.bundle")
    if kind == "ssh without hashes":
        git(here, "config", "--global", "protocol.version", "0")
        git(here / "middle", "tag", "--delete", "v1")
    with opened(parse(source)) as checkout:
        files = files_below(checkout.root)
    assert files["lib/middle/part.txt.jinja"] == b"part of {{ name }}\n"
    assert "lib/middle/deep/inner/macro.jinja" in files
    assert not any(".git" in path.split("/") for path in files)


@pytest.mark.slow
def test_trust_covers_the_files_of_submodules(here: Path, theirs: Path, scaffold: Run) -> None:
    """Another commit of a submodule is another digest."""
    commit(theirs, {"copier.yml": "name: {type: str, default: x}\n_tasks: [sh lib/middle/run.sh]\n"}, "v2.0.0")
    first = scaffold("new", "demo", "--template", str(theirs), "--defaults")
    git(theirs / "lib" / "middle", "pull", "--quiet", str(here / "middle"), "main")
    commit(theirs, {}, "v2.0.1")
    second = scaffold("new", "demo", "--template", str(theirs), "--defaults")
    assert (first.code, second.code) == (4, 4)
    assert first.err.partition("--trust ")[2] != second.err.partition("--trust ")[2]
    assert not (here / "demo").exists()


@pytest.mark.slow
def test_a_submodule_that_cannot_be_fetched_is_one_line(here: Path, theirs: Path, scaffold: Run) -> None:
    """With its path and address: gone, out of reach, without the commit, without an address; nothing is written."""
    (here / "inner").rename(here / "gone")
    missing = scaffold("new", "demo", "--template", str(theirs), "--defaults")
    assert f"submodule deep/inner of {here}/middle: ../inner is no repository and no bundle" in missing.err
    remote = scaffold("new", "demo", "--template", f"git+ssh://git@templates.example{theirs}", "--defaults")
    host = f"ssh://git@templates.example{here}"
    assert f"submodule deep/inner of {host}/middle: cannot read {host}/inner: " in remote.err
    assert "check the address and your access" in remote.err
    (here / "gone").rename(here / "inner")
    shutil.rmtree(here / "middle")
    commit(here / "middle", {"other": "history"})
    lost = scaffold("new", "demo", "--template", str(theirs), "--defaults")
    assert f"submodule lib/middle of {theirs}: {here}/middle has no commit " in lost.err
    commit(theirs, {".gitmodules": ""}, "v3.0.0")
    unnamed = scaffold("new", "demo", "--template", str(theirs), "--defaults")
    assert f"submodule lib/middle of {theirs}: has no url in .gitmodules" in unnamed.err
    for result in (missing, lost, remote, unnamed):
        assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert not (here / "demo").exists()


def test_changes_that_are_not_committed_beside_submodules(here: Path, theirs: Path, scaffold: Run) -> None:
    """They cannot be used as they stand: a submodule's folder has a `.git` of its own."""
    git(theirs, "tag", "--delete", "v1.0.0")
    assert scaffold("new", "demo", "--template", str(theirs), "--defaults", "--dry-run").code == 0
    (theirs / "README.md.jinja").write_text("draft", encoding="utf-8")
    result = scaffold("new", "demo", "--template", str(theirs), "--defaults")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "has submodules, and changes that are not committed: commit them" in result.err
    assert not (here / "demo").exists()


@pytest.mark.parametrize(
    ("parent", "url", "meant"),
    [
        ("https://example.org/o/r.git", "../s.git", "https://example.org/o/s.git"),
        ("https://example.org/o/r.git/", "./s", "https://example.org/o/r.git/s"),
        ("https://example.org/o/r", "../../p/./s/", "https://example.org/p/./s"),
        ("git@example.org:o/r.git", "../s.git", "git@example.org:o/s.git"),
        ("git@example.org:r.git", "../s.git", "git@example.org:s.git"),
        ("ssh://git@example.org:22/o/r", "../s", "ssh://git@example.org:22/o/s"),
        ("https://example.org/o/r", "git@other.example:s.git", "git@other.example:s.git"),
    ],
)
def test_addresses_are_meant_as_git_means_them(parent: str, url: str, meant: str) -> None:
    """Relative to that of the template."""
    assert submodule_location(url, parent) == meant


@pytest.mark.parametrize(
    "url",
    [
        "",
        "-u./x",
        "--upload-pack=touch x",
        "ext::sh -c true",
        "https://example.org/x\n",
        "ssh://-oProxyCommand=x/y",
        "ssh://git@-oProxyCommand=x/y",
        "-oProxyCommand=x:y",
        "git@-oProxyCommand=x:y",
        "host:-x",
        "fd::3",
        "https:/x",
        "ext:sh",
        "/etc",
        "file:///etc",
        "relative",
        "ftp://example.org/x",
        "../../../../../../../x",
        "x" * 2000,
    ],
)
def test_addresses_that_git_is_not_asked_for(url: str) -> None:
    """Commands, options, paths of this machine in a template from elsewhere."""
    with pytest.raises(BadAddress):
        submodule_location(url, "git@example.org:r.git")
