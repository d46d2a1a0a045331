"""Names for templates: `scaffold template add`, `list`, `show`, `remove`, and the catalogue that a team shares."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import jsonschema
import pytest
from harness import ROOT, Run, files_below, git
from repositories import SMALL, commit, write

from scaffold import tomlfile
from scaffold.writing.lock import locked
from scaffold.writing.place import Place

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = """\
name = "platform"

[defaults]
author = "Acme Ltd"
license = "Apache-2.0"
python = "3.12"

[templates.worker]
source = "{source}"
ref = "v1.0.0"
description = "Our service, with metrics"
owners = ["@acme/platform"]
tags = ["kafka", "metrics"]
designs = ["thread/service"]

[templates.worker.defaults]
name = "acme-worker"

[templates.old-worker]
source = "{source}"
deprecated = "worker"
"""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with a release."""
    folder = tmp_path_factory.mktemp("history")
    commit(folder, SMALL, "v1.0.0")
    return folder


@pytest.fixture
def team(here: Path, history: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A template of a team's in a repository, their catalogue in a folder, and a user without any names."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(here / "data"))
    shutil.copytree(history, here / "theirs")
    write(here / "catalogue", {"scaffold.toml": CATALOGUE.format(source=here / "theirs")})
    return here


def names(scaffold: Run, *arguments: str) -> list[str]:
    """What `scaffold template list` has beside the designs of scaffold."""
    listed = json.loads(scaffold("template", "list", *arguments, "--json").out)
    return [entry["name"] for entry in listed if entry["from"] != "scaffold"]


def test_a_name_of_the_users_own(team: Path, scaffold: Run) -> None:
    """Added, used, shown, removed; the user's file is TOML that may be written by hand too."""
    result = scaffold("template", "add", "mine", "theirs", "--ref", "v1.0.0")
    assert (result.code, result.out, result.err) == (0, f"mine: {team / 'theirs'} at v1.0.0\n", "")
    assert names(scaffold) == ["mine"]
    file = team / "config" / "scaffold" / "templates.toml"
    with file.open("a", encoding="utf-8") as end:
        end.write('description = "by hand"\n[templates."yours"]\nsource = "nowhere"\n[defaults]\nname = "by-hand"\n')
    assert names(scaffold) == ["mine", "yours"]
    assert scaffold("new", "demo", "--template", "mine", "--defaults").code == 0
    assert files_below(team / "demo")["README.md"] == b"# by-hand\n"
    assert scaffold("template", "remove", "yours").out == "removed the template yours\n"
    assert tomlfile.parse(file.read_text(encoding="utf-8")) == {
        "templates": {"mine": {"source": str(team / "theirs"), "ref": "v1.0.0", "description": "by hand"}},
        "defaults": {"name": "by-hand"},
    }
    assert scaffold("template", "remove", "mine").code == 0
    assert names(scaffold) == []


@pytest.mark.slow
def test_names_that_are_added_at_once_are_all_there(team: Path, scaffold: Run) -> None:
    """By eight processes: each reads the file, adds its own name and writes it."""
    command = [sys.executable, "-m", "scaffold", "template", "add"]
    started = [
        subprocess.Popen([*command, f"name{number}", "theirs"], cwd=team, stdout=subprocess.DEVNULL)
        for number in range(8)
    ]
    assert [process.wait(timeout=60) for process in started] == [0] * 8
    assert sorted(names(scaffold)) == [f"name{number}" for number in range(8)]


@pytest.mark.slow
def test_names_that_somebody_else_changes_without_end(
    team: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some seconds one line says so, and what holds them; nothing is changed."""
    monkeypatch.setattr("scaffold.sources.names._PATIENCE", 0.3)
    assert scaffold("template", "add", "first", "theirs").code == 0
    place = team / "config" / "scaffold"
    with locked(Place.of(place).journal(), place, "another run"):
        for arguments in (["add", "mine", "theirs"], ["add", "--catalogue", "catalogue"], ["remove", "first"]):
            result = scaffold("template", *arguments)
            assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
            assert f"another scaffold has been changing {place / 'templates.toml'}" in result.err
        assert names(scaffold) == ["first"]
    assert scaffold("template", "add", "mine", "theirs").code == 0


def test_a_catalogue_brings_its_names_and_its_defaults(team: Path, scaffold: Run) -> None:
    """Those of the template, those of the catalogue, for the bundled templates too; a flag wins over them."""
    assert scaffold("template", "add", "--catalogue", "catalogue").out == "platform: worker, old-worker\n"
    assert names(scaffold) == ["worker", "old-worker"]
    assert names(scaffold, "METRICS") == ["worker"]
    assert names(scaffold, "--tag", "kafka") == ["worker"]
    assert names(scaffold, "--tag", "none") == []
    assert scaffold("new", "demo", "--template", "worker", "--defaults").code == 0
    assert files_below(team / "demo")["README.md"] == b"# acme-worker\n"
    bundled = scaffold("new", "ours", "--defaults", "--dry-run", "--json", "--python", "3.14")
    answers = json.loads(bundled.out)["answers"]
    assert (answers["author"], answers["license"], answers["python"]) == ("Acme Ltd", "Apache-2.0", "3.14")
    command = json.loads(bundled.out)["command"]
    assert "--author 'Acme Ltd' --license Apache-2.0" in command


@pytest.mark.slow
@pytest.mark.usefixtures("team")
def test_a_deprecated_template_names_its_replacement(scaffold: Run) -> None:
    """In the list and when it is used, which still works."""
    scaffold("template", "add", "--catalogue", "catalogue")
    assert "old-worker       platform  deprecated: take worker" in scaffold("template", "list").out
    result = scaffold("new", "demo", "--template", "old-worker", "--defaults", "--dry-run")
    assert (result.code, result.err) == (0, "note: old-worker is deprecated: take --template worker\n")


def test_advise_and_new_say_that_the_team_has_a_template_for_the_design(team: Path, scaffold: Run) -> None:
    """Only for that design, and never a deprecated one; in JSON under a key of its own, which the schema knows."""
    service = ("--shape", "service", "--defaults")
    assert "team_templates" not in json.loads(scaffold("advise", *service, "--json").out)
    scaffold("template", "add", "--catalogue", "catalogue")
    named = "worker (Our service, with metrics); scaffold new DEST --template worker"
    says = f"note: there is a team's template for this: {named}\n"
    assert scaffold("advise", *service).err == says
    assert scaffold("advise", "--defaults").err == ""
    assert scaffold("new", "demo", *service, "--dry-run").err == says
    document = json.loads(scaffold("advise", *service, "--json").out)
    source = str(team / "theirs")
    assert document["team_templates"] == [
        {"name": "worker", "source": source, "description": "Our service, with metrics"}
    ]
    schema = json.loads((ROOT / "docs" / "advice.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)


@pytest.mark.slow
def test_a_default_stands_apart_from_its_question(here: Path, scaffold: Run) -> None:
    """Its line breaks are shown as such, and nothing where it is empty."""
    text = 'name: {help: "What is it called?", default: widget}\n'
    text += 'about: {default: "One line\\nand another\\n"}\nnote: {help: "What else?", default: ""}\n'
    (here / "template").mkdir()
    (here / "template" / "copier.yml").write_text(text, encoding="utf-8")
    lines = scaffold("template", "show", "./template").out.splitlines()
    assert "  name                 str   What is it called? [widget]" in lines
    assert "  about                str   [One line\\nand another]" in lines
    assert "  note                 str   What else?" in lines


def test_show_tells_all_before_anything_is_used(team: Path, scaffold: Run) -> None:
    """Of a name, of a source, and of a design of scaffold's; what it prints of the template cannot touch a terminal."""
    scaffold("template", "add", "--catalogue", "catalogue")
    config = "_tasks: ['echo \\e[0m']\nq: {help: \"\\a\", default: 1}\n"
    commit(team / "theirs", {"copier.yml": config.replace("'", '"'), "README.md": "read \x1b[31mme\n"})
    shown = scaffold("template", "show", "worker").out
    for text in (
        "Our service",
        "v1.0.0 (",
        "owners      @acme/platform",
        "thread/service",
        "name                 str",
        "Runs nothing",
    ):
        assert text in shown
    raw = scaffold("template", "show", "theirs@main").out
    assert "\x1b" not in raw
    assert "\\x1b[31mme" in raw
    document = json.loads(scaffold("template", "show", "worker", "--json").out)
    assert document["versions"] == ["v1.0.0"]
    assert document["version"]["ref"] == "v1.0.0"
    assert document["questions"] == [{"name": "name", "type": "str", "help": "What is it called?", "default": "thing"}]
    assert "react" in scaffold("template", "show", "threadpool/jobs").out


def test_the_catalogue_added_again_brings_what_is_new(team: Path, scaffold: Run) -> None:
    """And drops what is gone; removed, it takes all its names along. From a repository, here."""
    commit(team / "catalogue", {})
    scaffold("template", "add", "--catalogue", "catalogue")
    commit(team / "catalogue", {"scaffold.toml": 'name = "platform"\n[templates.newer]\nsource = "gh:acme/newer"\n'})
    assert scaffold("template", "add", "--catalogue", "catalogue").code == 0
    assert names(scaffold) == ["newer"]
    refused = scaffold("template", "remove", "newer")
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "scaffold template remove platform forgets them all" in refused.err
    assert scaffold("template", "remove", "platform").out == "removed the catalogue platform\n"
    assert names(scaffold) == []


def test_a_catalogue_needs_no_submodules(team: Path, scaffold: Run) -> None:
    """One file of it is read, so nobody else is asked for anything."""
    commit(team / "catalogue", {".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = /no/where\n'})
    git(team / "catalogue", "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},x")
    git(team / "catalogue", "commit", "--quiet", "--message", "a submodule")
    git(team / "catalogue", "tag", "v1")
    assert scaffold("template", "add", "--catalogue", "catalogue").code == 0
    assert scaffold("template", "show", "./catalogue").code == 1


@pytest.mark.slow
def test_a_folder_on_a_shared_disk_is_a_catalogue_too(team: Path, scaffold: Run) -> None:
    """Its templates may stand in it, under relative paths."""
    write(team / "shared", {"scaffold.toml": 'name = "shared"\n[templates.near]\nsource = "./near"\n'})
    write(team / "shared" / "near", SMALL)
    assert scaffold("template", "add", "--catalogue", "shared").code == 0
    assert scaffold("new", "demo", "--template", "near", "--defaults").code == 0


def test_a_relative_path_in_a_catalogue_from_elsewhere_is_refused(team: Path, scaffold: Run) -> None:
    """Copier has no way to name a folder in a repository."""
    commit(team / "catalogue", {"scaffold.toml": 'name = "x"\n[templates.y]\nsource = "../z"\n'})
    git(team / "catalogue", "bundle", "create", "--quiet", "../catalogue.bundle", "--all", "HEAD")
    result = scaffold("template", "add", "--catalogue", "catalogue.bundle")
    assert "scaffold.toml:3: a relative source needs a catalogue in a folder" in result.err


def test_a_pinned_commit_holds_for_everybody(team: Path, scaffold: Run) -> None:
    """The team wrote down which commit the tag is; another one is refused at its first use already."""
    pinned = (
        f'name = "platform"\n[templates.worker]\nsource = "{team / "theirs"}"\nref = "v1.0.0"\ncommit = "{"0" * 40}"\n'
    )
    write(team / "pins", {"scaffold.toml": pinned})
    scaffold("template", "add", "--catalogue", "pins")
    result = scaffold("new", "demo", "--template", "worker", "--defaults")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert f"the tag v1.0.0 of {team / 'theirs'} was moved: it was {'0' * 40}" in result.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = platform", ":1: "),
        ('[templates.x]\nsource = "gh:a/b"\n', ":1: a catalogue needs a name"),
        ('name = "a/b"\n', ":1: template name 'a/b' is none"),
        ('name = "x"\nauthor = "me"\n', ":2: there is no key 'author' here"),
        ('name = "x"\n\n[templates.y]\nsurce = "gh:a/b"\n', ":4: there is no key 'surce' here; did you mean 'source'?"),
        ('name = "x"\n[templates.y]\ndescription = "z"\n', ":2: the template y needs a source"),
        ('name = "x"\n[templates.y]\nsource = ["z"]\n', ":3: source must be text in one line"),
        ('name = "x"\n[templates.Y]\nsource = "z"\n', ":2: template name 'Y' is none"),
        ('name = "x"\n[templates.y]\nsource = "gh:a/b"\ntags = "z"\n', ":4: tags must be a list of words"),
        (
            'name = "x"\n[templates.y]\nsource = "gh:a/b"\nshapes = ["sevice"]\n',
            ":4: shapes: 'sevice' is none of one-off",
        ),
        ('name = "x"\n[templates.y]\nsource = "gh:a/b"\ncommit = "abc"\n', ":4: commit goes with a ref"),
        ('name = "x"\n[templates]\ny = 1\n', ":3: y must be a table, [templates.y]"),
        (
            'name = "x"\n[templates.y]\nsource = "gh:a/b"\ndeprecated = "z"\n',
            ":4: y is replaced by 'z', which is not in",
        ),
        (
            'name = "x"\n[templates.y]\nsource = "gh:a/b"\ndeprecated = "y"\n',
            ":4: templates replace each other in a circle: y -> y",
        ),
        (
            'name = "x"\ntemplates.z = {source = "g", deprecated = "y"}\n[templates.y]\nsource="g"\ndeprecated="z"\n',
            ":5: templates replace each other in a circle: z -> y -> z",
        ),
        ("name = " + "[" * 100_000, ":1: is nested deeper than 50"),
    ],
)
def test_a_broken_catalogue_is_refused_with_its_line(team: Path, scaffold: Run, text: str, says: str) -> None:
    """And nothing of it is taken over."""
    write(team / "catalogue", {"scaffold.toml": text})
    result = scaffold("template", "add", "--catalogue", "catalogue")
    assert (result.code, result.err.count("\n"), result.out) == (1, 1, "")
    assert f"{team / 'catalogue'}: scaffold.toml{says}" in result.err
    assert not (team / "config").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["add"], 2, "give NAME and SOURCE"),
        (["add", "x"], 2, "give NAME and SOURCE"),
        (["add", "X Y", "theirs"], 2, "template name 'X Y' is none"),
        (["add", "gh:a", "theirs"], 2, "is none"),
        (["add", "x", "theirs@v1.0.0", "--ref", "v1.0.0"], 2, "given twice"),
        (["add", "x", "theirs", "--ref", "v2"], 1, "has no tag, branch or commit 'v2'"),
        (["add", "x", "nowhere"], 1, "there is no template 'nowhere'"),
        (["add", "x", "empty"], 1, "no Copier template"),
        (
            ["add", "worker", "theirs"],
            1,
            "of the catalogue platform: choose another, or first scaffold template remove pla",
        ),
        (["add", "x", "--catalogue", "catalogue"], 2, "--catalogue SOURCE[@REF] stands alone"),
        (["add", "--catalogue", "theirs"], 1, "there is no scaffold.toml at its top"),
        (["add", "--catalogue", "same-name"], 1, "the name platform is taken by"),
        (["add", "--catalogue", "same-template"], 1, "the name worker is taken by"),
        (["show", "wrker"], 1, "did you mean 'worker'?"),
        (["remove", "wrker"], 1, "did you mean 'worker'?"),
    ],
)
def test_a_mistake_is_one_line(team: Path, scaffold: Run, arguments: list[str], code: int, says: str) -> None:
    """It says what to do, and changes nothing."""
    write(team / "empty", {"README.md": "x"})
    write(team / "same-name", {"scaffold.toml": 'name = "platform"\n'})
    write(team / "same-template", {"scaffold.toml": 'name = "other"\n[templates.worker]\nsource = "gh:a/b"\n'})
    scaffold("template", "add", "--catalogue", "catalogue")
    before = files_below(team / "config")
    result = scaffold("template", *arguments)
    assert (result.code, result.err.count("\n"), result.out) == (code, 1, ""), result.err
    assert says in result.err
    assert files_below(team / "config") == before


def test_a_bad_default_of_the_team_is_told_with_its_catalogue(team: Path, scaffold: Run) -> None:
    """Where an answer of theirs is none that the bundled templates take."""
    write(team / "bad", {"scaffold.toml": 'name = "bad"\n[defaults]\nlicense = "GPL"\n'})
    scaffold("template", "add", "--catalogue", "bad")
    result = scaffold("new", "demo", "--defaults")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "[defaults] of the catalogue bad: --license: 'GPL' is none of MIT" in result.err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[templates.x]\nsource = \n", 2),
        ("catalogues = 3\n", 1),
        ("\n[catalogues]\nx = 3\n", 3),
        ('[catalogues."../x"]\nsource = "y"\n', 1),
    ],
)
def test_a_broken_file_of_names_is_told_with_its_line(team: Path, scaffold: Run, text: str, line: int) -> None:
    """By every command that reads it."""
    write(team / "config" / "scaffold", {"templates.toml": text})
    commands = (["new", "x", "--defaults"], ["advise", "--defaults"], ["template", "list"], ["template", "remove", "x"])
    for arguments in commands:
        result = scaffold(*arguments)
        assert (result.code, result.err.count("\n")) == (1, 1)
        assert f"templates.toml:{line}: " in result.err


def test_a_lost_copy_of_a_catalogue_is_mended_as_it_says(team: Path, scaffold: Run) -> None:
    """Removed and added again."""
    scaffold("template", "add", "--catalogue", "catalogue")
    (team / "config" / "scaffold" / "catalogues" / "platform.toml").unlink()
    result = scaffold("template", "list")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "scaffold template remove platform, then add it again" in result.err
    assert scaffold("template", "remove", "platform").code == 0
    assert scaffold("template", "add", "--catalogue", "catalogue").code == 0


@pytest.mark.parametrize("text", ["", 'a "b" c', "back\\slash", "tab\t\n\r", "\x00\x7f\x85\u2028", "😀 ü", "a.b", "'"])
def test_what_is_written_as_toml_is_read_as_it_was(text: str) -> None:
    """Whatever keys and texts a person puts into the file."""
    inner = {text: text, "list": [text, 1, True, [], {text: [text]}], "empty": {}}
    data = {"plain": text, text or "key": -5, "table": {"inner": inner, "other.dotted": {"x": False}}}
    assert tomlfile.parse(tomlfile.dump(data)) == data
