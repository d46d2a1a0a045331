"""Names: a directory's becomes the project's where that is plain, and is asked for where it would be a guess."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, files_below, git_commit_all

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run


@pytest.mark.parametrize(
    ("dest", "name", "package"),
    [
        ("Fresh One", "fresh-one", "fresh_one"),
        ("My.Tool", "my-tool", "my_tool"),
        ("a__b", "a-b", "a_b"),
        ("-x", "x", "x"),
        ("demo!", "demo", "demo"),
    ],
)
def test_a_folders_name_is_made_the_projects_and_said(
    here: Path, scaffold: Run, dest: str, name: str, package: str
) -> None:
    """Where it is clear which; a given name is nothing to talk about."""
    result = scaffold("new", "--defaults", "--", dest)
    assert (result.code, result.err) == (0, f"note: the project is called {name}, its package {package}\n")
    assert (here / dest / "src" / package / "work.py").is_file()
    assert scaffold("new", "--defaults", "--name", "other", "--", f"{dest} 2").err == ""
    assert scaffold("new", "plain", "--defaults").err == ""


@pytest.mark.parametrize(
    ("dest", "guess"),
    [("müller", "mueller"), ("Straße 3", "strasse-3"), ("café", "cafe"), ("日本", "my-project"), ("___", "my-project")],
)
def test_no_name_is_guessed(here: Path, scaffold: Run, dest: str, guess: str) -> None:
    """One is suggested; with it, all is well."""
    result = scaffold("new", dest, "--defaults")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert f"add --name {guess}, or another" in result.err
    assert scaffold("template", "new", dest).code == 2
    assert scaffold("new", dest, "--defaults", "--name", guess).code == 0
    assert (here / dest / "pyproject.toml").is_file()


@pytest.mark.parametrize("name", ["con", "aux", "NUL", "com1"])
def test_names_of_devices_are_refused(here: Path, scaffold: Run, name: str) -> None:
    """As the directory, the project's, the package's and the module's."""
    for words in ([name], ["demo", "--name", name], ["demo", "--module", name.lower()]):
        result = scaffold("new", *words, "--defaults")
        assert (result.code in (1, 2), result.err.count("\n")) == (True, 1), words
        assert "is the name of a device on Windows" in result.err
    assert scaffold("new", "demo", "--defaults").code == 0
    git_commit_all(here / "demo")
    assert "device" in scaffold("reanswer", "demo", "--package", name.lower()).err


@pytest.mark.parametrize("name", ["dask", "distributed"])
def test_what_a_cluster_imports_cannot_be_shadowed(here: Path, scaffold: Run, name: str) -> None:
    """Without a cluster the name is as good as any other, until the answers say so."""
    for flags in (["--name", name], ["--package", name], ["--module", name]):
        result = scaffold("new", "demo", "--defaults", "--scale", "cluster", *flags)
        assert (result.code, result.err.count("\n")) == (2, 1)
        assert f"{name!r} would shadow what workers on a cluster import" in result.err
    assert scaffold("new", name, "--defaults").code == 0
    assert scaffold("add", name, "--defaults", "--scale", "cluster", "--module", "far").code == 2
    git_commit_all(here / name)
    assert "would shadow" in scaffold("reanswer", name, "--scale", "cluster").err


def test_a_name_that_begins_with_a_dash_is_quoted_in_commands(here: Path, scaffold: Run) -> None:
    """What is printed makes the same project; a bare one is explained."""
    made = scaffold("new", "--defaults", "--", "-x")
    assert "  cd ./-x && python3 -m venv .venv\n" in made.out
    command = shlex.split(made.out[made.out.index("  scaffold new ") :])
    assert command[2] == "./-x"
    once = files_below(here / "-x")
    (here / "-x").rename(here / "first")
    assert scaffold(*command[1:]).code == 0
    assert files_below(here / "-x") == once
    refused = scaffold("new", "-x", "--defaults")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "a path that begins with a dash is written ./-x" in refused.err


@pytest.mark.parametrize(
    ("python", "says"),
    [
        ("3.9", "--python: '3.9' is too old (3.10 to 3.15)\n"),
        ("2.7", "--python: '2.7' is too old (3.10 to 3.15)\n"),
        ("3.16", "--python: '3.16' is too new (3.10 to 3.15)\n"),
        ("3.1", "--python: '3.1' is too old (3.10 to 3.15); did you mean '3.10'?\n"),
        ("new", "--python: 'new' is none of 3.10, 3.11, 3.12, 3.13, 3.14, 3.15\n"),
    ],
)
def test_a_python_that_is_not_supported(here: Path, scaffold: Run, python: str, says: str) -> None:
    """It is said on which side of those that are it lies."""
    result = scaffold("new", "demo", "--defaults", "--python", python)
    assert (result.code, result.err) == (2, f"error: {says}")
    assert not (here / "demo").exists()


BROKEN = "qqqq: 1\nbound: cup\nzebra: 2\nshape: none\nworkers: many\napple: 3\n"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["new demo", "add .", "advise", "new demo --template theirs"])
def test_one_broken_file_has_one_order_of_errors(here: Path, command: str) -> None:
    """Unknown questions in the file's order, then values: for every command, whatever the seed of hashes."""
    (here / "a.yml").write_text(BROKEN, encoding="utf-8")
    (here / "p").mkdir()
    (here / "p" / "__init__.py").touch()
    (here / "theirs").mkdir()
    (here / "theirs" / "copier.yml").write_text("shape: {type: str, default: x}\n", encoding="utf-8")
    said = set()
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "scaffold", *command.split(), "--answers", "a.yml", "--defaults"],
            cwd=here,
            env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "HOME": str(here), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        said.add((done.returncode, done.stderr))
    assert said == {(2, "error: a.yml: there is no question 'qqqq'\n")}


def test_a_broken_record_has_the_same_order(here: Path, scaffold: Run) -> None:
    """What is wrong first in the file is said first."""
    assert scaffold("new", "demo", "--defaults").code == 0
    path = here / "demo" / ".copier-answers.yml"
    path.write_text(path.read_text(encoding="utf-8") + BROKEN.replace("bound", "on_error"), encoding="utf-8")
    status = json.loads(scaffold("check", "demo", "--json").out)
    assert "there is no question 'qqqq'" in status["pieces"][0]["problem"]
