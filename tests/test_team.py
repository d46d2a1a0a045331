"""`scaffold new --template`: a team's own Copier template, unchanged, after the advice, with nothing run unasked."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from harness import Run, files_below, git, git_commit_all
from repositories import ANSWERS, ANSWERS_FILE, SMALL, commit, write
from shapes import EXTENDED, FOR_NEW, LIBRARY, OURS, WEB, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def user(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who has trusted and named nothing yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(here / "data"))


def data_flags(shape: Shape) -> Iterator[str]:
    """Its answers for the command line."""
    for name, value in shape.data.items():
        yield from ("--data", f"{name}={value}")


def digest_of(scaffold: Run, source: str) -> str:
    """What `scaffold template show` has it trusted by."""
    return str(json.loads(scaffold("template", "show", source, "--json").out)["digest"])


def copier_copy(shape: Shape, source: Path, dest: Path) -> None:
    """Run Copier's own command with the same answers."""
    command = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", "--trust", *data_flags(shape)]
    done = subprocess.run([*command, str(source), str(dest)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def without_hash(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files, and in them not what is ours: a line of YAML, or the last part of JSON."""
    ours = re.compile(rb"^_scaffold_commit: .*\n|, \"_scaffold_commit\": \"[0-9a-f]+\"", re.MULTILINE)
    return {path: ours.sub(b"", content) for path, content in files.items()}


def tree_below(root: Path) -> dict[str, tuple[int, bytes]]:
    """Everything but git's own: the kind and the permissions, and what a file holds or a link names."""
    found = {}
    for folder, folders, names in os.walk(root):
        for path in (Path(folder, name) for name in (*folders, *names)):
            mode = path.lstat().st_mode
            content = os.fsencode(path.readlink()) if path.is_symlink() else b"" if path.is_dir() else path.read_bytes()
            found[str(path.relative_to(root))] = (mode, content)
    contents = without_hash({path: content for path, (_, content) in found.items()})
    return {path: (mode, contents[path]) for path, (mode, _) in found.items() if path.split("/")[0] != ".git"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["repository", "folder"])
@pytest.mark.parametrize("shape", FOR_NEW, ids=lambda shape: shape.name)
def test_every_shape_becomes_what_copier_makes_of_it(here: Path, scaffold: Run, shape: Shape, kind: str) -> None:
    """The same tree: names, bytes, permissions, links, empty folders; the commit's hash is the one line more."""
    source = shape.write(here / "theirs")
    if kind == "repository":
        commit(source, {}, "v1.2.3")
    trust = ["--trust", digest_of(scaffold, str(source))] if shape.runs else []
    result = scaffold("new", "demo", "--template", str(source), "--defaults", *trust, *data_flags(shape))
    assert (result.code, result.err) == (0, shape.says)
    (here / "copied").mkdir()
    copier_copy(shape, source, here / "copied" / "demo")
    assert tree_below(here / "demo") == tree_below(here / "copied" / "demo")
    hashes = [content for content in files_below(here / "demo").values() if b"_scaffold_commit" in content]
    recorded = [content for content in files_below(here / "demo").values() if re.search(rb"_src_path\W", content)]
    assert hashes == (recorded if kind == "repository" else [])


@pytest.mark.slow
def test_a_template_of_a_teams_is_rendered_with_its_own_questions(here: Path, scaffold: Run) -> None:
    """Conditional, computed, secret, structured; the command that is printed makes the same again."""
    commit(here / "theirs", LIBRARY.files, "v1.0.0")
    result = scaffold("new", "demo", "--template", "theirs", "--defaults", *data_flags(LIBRARY))
    assert (result.code, result.err) == (0, "Now: git init My Thing\n")
    files = files_below(here / "demo")
    assert files["README.md"] == b"# My Thing\n0.5 3 ['linux'] hush"
    assert files["insiders/goal.txt"] == b"1000\n"
    assert files["LICENSE"] == b"ISC License \n"
    answers = yaml.safe_load(files[".copier-answers.yml"])
    assert "password" not in answers
    assert answers["_scaffold_commit"] == git(here / "theirs", "rev-parse", "HEAD").strip()
    (here / "demo").rename(here / "first")
    again = shlex.split(result.out[result.out.index("  scaffold new ") :])
    assert scaffold(*again[1:]).code == 0
    assert files_below(here / "demo") == files


@pytest.mark.slow
def test_dry_run_show_json_and_force_are_as_for_bundled_templates(here: Path, scaffold: Run) -> None:
    """One document, nothing written; files of the user's are kept unless told."""
    commit(here / "theirs", SMALL, "v1.0.0")
    arguments = ("new", "demo", "--template", "theirs", "--defaults")
    document = json.loads(scaffold(*arguments, "--dry-run", "--json", "--show", "README.md").out)
    assert document["written"] is False
    assert document["recommendation"] is None
    assert document["answers"] == {"name": "thing"}
    commit_hash = git(here / "theirs", "rev-parse", "HEAD").strip()
    assert document["template"] == {"source": str(here / "theirs"), "ref": "v1.0.0", "commit": commit_hash}
    assert {"path": "README.md", "change": "new", "content": "# thing\n"} in document["files"]
    assert not (here / "demo").exists()
    write(here / "demo", {"README.md": "mine", "notes.txt": "mine"})
    assert scaffold(*arguments).code == 1
    assert scaffold(*arguments, "--force").code == 0
    assert files_below(here / "demo")["notes.txt"] == b"mine"
    assert files_below(here / "demo")["README.md"] == b"# thing\n"


def test_answers_come_from_flags_then_the_file_then_the_team_then_the_template(here: Path, scaffold: Run) -> None:
    """In this order; a version stays text, a structure keeps its types."""
    questions = {name: {"type": "str", "default": "template"} for name in ("a", "b", "c", "d", "version")}
    config = {**questions, "many": {"type": "str", "multiselect": True, "choices": ["x", "y", "z"]}}
    config["deep"] = {"type": "yaml", "default": None}
    text = "{{ a }} {{ b }} {{ c }} {{ d }} {{ version }} {{ many }} {{ deep }}\n"
    write(here / "theirs", {"copier.yml": yaml.safe_dump(config), "out.txt.jinja": text})
    write(
        here, {"answers.yml": "a: file\nb: file\nversion: 3.10\nmany: [z, x]\ndeep: {n: 1, t: ['1']}\n_src_path: x\n"}
    )
    write(
        here / "team", {"scaffold.toml": 'name = "t"\n[defaults]\na = "team"\nb = "team"\nc = "team"\nno = "where"\n'}
    )
    assert scaffold("template", "add", "--catalogue", "team").code == 0
    arguments = ("--template", "theirs", "--answers", "answers.yml", "--data", "a=flag", "--defaults")
    result = scaffold("new", "demo", *arguments)
    assert result.code == 0, result.err
    expected = b"flag file team template 3.10 ['x', 'z'] {'n': 1, 't': ['1']}\n"
    assert files_below(here / "demo")["out.txt"] == expected


def test_a_template_that_asks_for_the_work_gets_our_answers(here: Path, scaffold: Run) -> None:
    """And its recommendation is shown; its other questions are its own."""
    write(here / "theirs", OURS.files)
    result = scaffold(
        "new", "demo", "--template", "theirs", "--shape", "service", "--data", "name=n", "--defaults", "--json"
    )
    document = json.loads(result.out)
    assert document["recommendation"]["design"] == "thread/service"
    assert files_below(here / "demo")["README.md"] == b"n: thread/service for service True inbox\n"
    missing = scaffold("new", "other", "--template", "theirs")
    assert (missing.code, missing.err.count("\n")) == (1, 1)
    assert "--shape many-similar" in missing.err


@pytest.mark.slow
def test_a_template_that_does_not_is_not_bothered_with_it(here: Path, scaffold: Run) -> None:
    """No questions about the work, unless flags speak of it; a question that has one of our names is its own."""
    files = {
        "copier.yml": "status: {type: str, default: alpha}\nlicense: {type: str, default: MIT}\n",
        "a.jinja": "{{ status }} {{ license }}",
    }
    write(here / "theirs", files)
    assert scaffold("new", "one", "--template", "theirs", "--defaults").code == 0
    assert files_below(here / "one")["a"] == b"alpha MIT"
    result = scaffold(
        "new", "two", "--template", "theirs", "--shape", "service", "--license", "MIT", "--defaults", "--json"
    )
    assert json.loads(result.out)["recommendation"]["design"] == "thread/service"
    assert files_below(here / "two")["a"] == b"alpha MIT"


@pytest.mark.parametrize(
    ("config", "arguments", "expected"),
    [
        ("name: {type: str}\n", [], (1, "--data name=")),
        pytest.param("name: {type: str}\n", ["--defaults"], (1, "--data name="), marks=pytest.mark.slow),
        ("name: {type: str, default: x}\n", ["--data", "nam=y"], (2, "did you mean 'name'?")),
        ("name: {type: str, default: x}\n", ["--data", "name"], (2, "--data: 'name' must be NAME=VALUE")),
        ("name: {type: str, default: x}\n", ["--author", "me"], (2, "--author: the template asks no such question")),
        (
            "name: {type: str, default: x}\n",
            ["--answers", "answers.toml"],
            (2, "there is no question 'nane'"),
        ),
        pytest.param(
            "n: {type: int, default: 1}\n", ["--data", "n=many", "--defaults"], (2, "n"), marks=pytest.mark.slow
        ),
        pytest.param(
            "n: {type: str, choices: [a, b], default: a}\n",
            ["--data", "n=c", "--defaults"],
            (2, "n"),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "n: {type: str, default: a, validator: 'never'}\n", ["--defaults"], (1, "never"), marks=pytest.mark.slow
        ),
        ("n: {type: str, default: '{{ 1 / 0 }}'}\n", ["--defaults"], (1, "division by zero")),
        ("n: [\n", ["--defaults"], (1, "copier.yml:2")),
        pytest.param("_min_copier_version: '99.0'\n", ["--defaults"], (1, "99.0"), marks=pytest.mark.slow),
        (None, ["--defaults"], (1, "no Copier template")),
    ],
)
def test_a_mistake_of_the_users_or_the_templates_is_one_line(
    here: Path, scaffold: Run, config: str | None, arguments: list[str], expected: tuple[int, str]
) -> None:
    """It says what is wrong, and nothing is written."""
    write(here / "theirs", {"a.txt": "x"} if config is None else {"copier.yml": config, "a.txt": "x"})
    write(here, {"answers.toml": 'nane = "x"\n'})
    result = scaffold("new", "demo", "--template", "theirs", *arguments)
    assert (result.code, result.err.count("\n")) == (expected[0], 1), result.err
    assert expected[1] in result.err
    assert not (here / "demo").exists()


def test_flags_that_need_others(here: Path, scaffold: Run) -> None:
    """A destination for a team's template; a template for its flags; a design is no template."""
    write(here / "theirs", SMALL)
    for arguments, says in (
        (["--template", "theirs"], "--template needs DEST"),
        (["demo", "--data", "a=b", "--defaults"], "--data goes with --template"),
        (["demo", "--trust", "0", "--defaults"], "--trust goes with --template"),
        (["demo", "--template", "thread/service"], "take --design thread/service"),
        (["theirs/copier.yml/x", "--template", "theirs"], "is no directory"),
    ):
        result = scaffold("new", *arguments)
        assert (result.code in (1, 2), result.err.count("\n")) == (True, 1)
        assert says in result.err


@pytest.mark.slow
def test_what_a_template_runs_is_run_for_its_digest_and_asked_again_when_anything_changes(
    here: Path, scaffold: Run
) -> None:
    """Exit code 4 with the commands and the flag; agreed to once, it is remembered for exactly this version."""
    commit(here / "theirs", WEB.files, "v1.0.0")
    arguments = ("new", "demo", "--template", "theirs", "--defaults")
    refused = scaffold(*arguments)
    assert (refused.code, refused.err.count("\n")) == (4, 1)
    assert ".copier/finish.py" in refused.err
    digest = digest_of(scaffold, "theirs")
    assert f"--trust {digest}" in refused.err
    assert not (here / "demo").exists()
    assert scaffold(*arguments, "--trust", "0" * 64).code == 4
    assert scaffold(*arguments, "--trust", digest).code == 0
    assert (here / "demo" / "finished").read_text(encoding="utf-8") == "yes"
    (here / "demo").rename(here / "first")
    assert scaffold(*arguments).code == 0
    commit(here / "theirs", {".copier/finish.py": "open('finished', 'w').write('evil')\n"}, "v1.0.1")
    assert scaffold("new", "second", "--template", "theirs", "--defaults").code == 4


@pytest.mark.parametrize(
    ("shape", "runs"), [(EXTENDED, ("jinja2.ext.do", "print(1)", "before")), (WEB, (".copier/finish.py", "never"))]
)
def test_tasks_migrations_and_extensions_need_trust(
    here: Path, scaffold: Run, shape: Shape, runs: tuple[str, ...]
) -> None:
    """Exit code 4, with all that would run in one line and the flag that agrees to it; nothing is written."""
    write(here / "theirs", shape.files)
    refused = scaffold("new", "demo", "--template", "theirs", "--defaults")
    assert (refused.code, refused.err.count("\n")) == (4, 1)
    assert f"--trust {digest_of(scaffold, 'theirs')}" in refused.err
    assert all(command in refused.err for command in runs)
    assert not (here / "demo").exists()


@pytest.mark.slow
def test_copiers_own_update_works_afterwards(here: Path, scaffold: Run) -> None:
    """It drops our line with the hash, which would be another version's then."""
    commit(here / "theirs", SMALL, "v1.0.0")
    assert scaffold("new", "demo", "--template", str(here / "theirs"), "--data", "name=kept", "--defaults").code == 0
    git_commit_all(here / "demo")
    commit(here / "theirs", {"README.md.jinja": "# {{ name }}, newer\n"}, "v1.1.0")
    command = [sys.executable, "-m", "copier", "update", "--defaults", "--quiet"]
    done = subprocess.run(command, cwd=here / "demo", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    files = files_below(here / "demo")
    assert files["README.md"] == b"# kept, newer\n"
    assert yaml.safe_load(files[".copier-answers.yml"]) == {
        "_commit": "v1.1.0",
        "_src_path": str(here / "theirs"),
        "name": "kept",
    }


@pytest.mark.slow
def test_the_hash_is_added_only_where_it_can_be(here: Path, scaffold: Run) -> None:
    """Into an answers file in YAML or JSON; what only looks like one is left as the template writes it."""
    json_answers = {**SMALL, ANSWERS_FILE: "{{ _copier_answers|to_json }}\n", "other.yml": "_src_path: elsewhere\n"}
    commit(here / "theirs", json_answers, "v1.0.0")
    assert scaffold("new", "demo", "--template", "theirs", "--defaults").code == 0
    answers = json.loads(files_below(here / "demo")[".copier-answers.yml"])
    assert set(answers) == {"_commit", "_src_path", "name", "_scaffold_commit"}
    assert files_below(here / "demo")["other.yml"] == b"_src_path: elsewhere\n"
    assert ANSWERS in SMALL.values()


@pytest.mark.slow
def test_nothing_of_this_is_imported_without_a_template(here: Path) -> None:
    """`new` and `advise` stay as fast as they were."""
    code = (
        "import sys; from scaffold.cli import run; run(sys.argv[1:]);"
        "print(*sorted(m for m in sys.modules if m.startswith('scaffold.')), file=sys.stderr)"
    )
    for arguments in (["new", "demo", "--defaults", "--dry-run"], ["advise", "--defaults"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=here, capture_output=True, text=True, check=True
        )
        loaded = {name.removeprefix("scaffold.") for name in done.stderr.split()}
        assert "places" in loaded
        assert not loaded & {"foreign", "sources", "repository", "catalogue", "names", "team", "locate", "tomlfile"}
