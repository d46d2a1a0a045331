"""`scaffold add` from outside, where nobody can be asked: what it finds, writes, shows and refuses."""

from __future__ import annotations

import json
import os
import shlex
import sys
from typing import TYPE_CHECKING

import pytest
import tomli
from harness import Run, files_below

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Result

MODULE, TESTS, ANSWERS = "threadpool_map.py", "test_threadpool_map.py", ".copier-answers.threadpool_map.yml"
WORK, TESTS_OF_WORK = "threadpool_map_work.py", "test_threadpool_map_work.py"

LAYOUTS = {
    "src": {
        "pyproject.toml": '[project]\nname = "acme"\nrequires-python = ">=3.11"\n',
        "src/acme/__init__.py": "",
        "tests/conftest.py": "raise SystemExit\n",
    },
    "flat": {
        "pyproject.toml": '[project]\nname = "Acme"\n',
        "acme/__init__.py": "",
        "docs/conf.py": "",
        "examples/__init__.py": "",
        "test/test_it.py": "",
    },
    "namespace": {"pyproject.toml": '[project]\nname = "acme.net"\n', "src/acme/net/__init__.py": "", "tests/x": ""},
    "flat namespace": {"setup.py": "", "acme/net/__init__.py": ""},
    "setup.cfg": {
        "setup.cfg": "[metadata]\nname = acme\n[options]\npython_requires = >= 3.12\npackage_dir =\n    = lib\n"
        "[options.packages.find]\nwhere = lib\n[tool:pytest]\ntestpaths = checks/test_units\n",
        "lib/acme/__init__.py": "",
        "checks/test_units/test_it.py": "",
    },
    "bare folder": {"acme/__init__.py": "", "notes.txt": ""},
    "poetry": {
        "pyproject.toml": '[tool.poetry]\nname = "acme"\npackages = [{ include = "acme", from = "python" }]\n'
        '[tool.poetry.dependencies]\npython = "^3.13"\n',
        "python/acme/__init__.py": "",
        "python/acme/tests/__init__.py": "",
    },
    "several": {
        "pyproject.toml": '[project]\nname = "acme-two"\n',
        "src/acme/__init__.py": "",
        "src/acme_two/__init__.py": "",
        "tests/unit/test_it.py": "",
    },
}

UNSAID = f"3.{min(sys.version_info[1], 11)}"
"""The oldest Python for a project that names none: the oldest supported, or an older one that runs this."""

FOUND = {  # the package, its directory, the tests, the oldest Python
    "src": ("acme", "src/acme", "tests", "3.11"),
    "flat": ("acme", "acme", "test", UNSAID),
    "namespace": ("acme.net", "src/acme/net", "tests", UNSAID),
    "flat namespace": ("acme.net", "acme/net", "tests", UNSAID),
    "setup.cfg": ("acme", "lib/acme", "checks/test_units", "3.12"),
    "bare folder": ("acme", "acme", "tests", UNSAID),
    "poetry": ("acme", "python/acme", "python/acme/tests", "3.13"),
    "several": ("acme_two", "src/acme_two", "tests/unit", UNSAID),
}


def make(where: Path, files: dict[str, str]) -> Path:
    """An existing project."""
    for name, text in files.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text(text, encoding="utf-8")
    return where


@pytest.fixture
def project(here: Path) -> Path:
    """One with a src layout, which is the current directory."""
    return make(here, LAYOUTS["src"])


def planned(scaffold: Run, *arguments: str) -> dict[str, str]:
    """The answers of a dry run."""
    result = scaffold("add", *arguments, "--defaults", "--dry-run", "--json")
    assert result.code == 0, result.err
    answers: dict[str, str] = json.loads(result.out)["answers"]
    return answers


def refused(scaffold: Run, *arguments: str) -> Result:
    """A run that ends with one line, after what was found."""
    result = scaffold("add", *arguments)
    assert result.err.count("\n") == 1
    assert result.err.startswith("error: ")
    assert "└" not in result.out
    assert result.code in {1, 2}
    return result


# --- what is found ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_finds_the_package_the_tests_and_the_oldest_python(here: Path, scaffold: Run, layout: str) -> None:
    """In each of the usual layouts; it writes five files, and says what it found."""
    before = files_below(make(here, LAYOUTS[layout]))
    package, directory, tests, python = FOUND[layout]
    answers = planned(scaffold)
    assert (answers["package"], answers["directory"], answers["tests"], answers["python"]) == FOUND[layout]
    result = scaffold("add", "--defaults")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Found a project in {here}")
    after = files_below(here)
    made = {f"{directory}/{MODULE}", f"{directory}/{WORK}", f"{tests}/{TESTS}", f"{tests}/{TESTS_OF_WORK}", ANSWERS}
    assert after.keys() - before.keys() == made
    assert {name: after[name] for name in before} == before
    assert f"from {package}.threadpool_map import" in after[f"{tests}/{TESTS}"].decode()
    assert f"python: '{python}'\n" in after[ANSWERS].decode()


@pytest.mark.parametrize(
    ("stated", "python"),
    [
        (">=3.10", "3.10"),
        (">=3.15", "3.15"),
        ("~=3.14", "3.14"),
        ("<4,>=3.12.2", "3.12"),
        ("==3.15.*", "3.15"),
        ("3.13.*", "3.13"),
        ("^3.12 || ^3.14", "3.12"),
        (">=3.10, !=3.10.*, !=3.11.*", "3.12"),
        (">=3.8", "3.10"),
        (">=3.16", "3.15"),
        (">=3.11,<=3.13", "3.11"),
        ("<3.15", UNSAID),
        ("<=3.15", UNSAID),
        ("!=3.13.*", UNSAID),
        (">=3", UNSAID),
    ],
)
def test_the_oldest_python_is_read_from_every_form(here: Path, scaffold: Run, stated: str, python: str) -> None:
    """The nearest that can be answered, if the project is for one that cannot."""
    make(here, {"pyproject.toml": f'[project]\nname = "acme"\nrequires-python = "{stated}"\n', "acme/__init__.py": ""})
    assert planned(scaffold)["python"] == python


def test_a_project_made_by_new_gets_further_modules(here: Path, scaffold: Run) -> None:
    """Each with its own answers file beside the project's."""
    assert scaffold("new", "demo", "--defaults").code == 0
    before = files_below(here / "demo")
    for shape, module in (("service", "poller"), ("one-off", "backup"), ("many-similar", "fetch")):
        result = scaffold("add", "demo", "--defaults", "--shape", shape, "--module", module)
        assert (result.code, result.err) == (0, "")
    after = files_below(here / "demo")
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 15
    assert b"scope: module\n" in after[".copier-answers.poller.yml"]
    assert b"shape: service\n" in after[".copier-answers.poller.yml"]
    assert b"license" not in after[".copier-answers.poller.yml"]


def test_the_root_is_found_from_a_subdirectory_whose_package_is_meant(
    project: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the user is in the project."""
    make(project, {"src/acme/net/__init__.py": "", "src/acme/net/data/x": "", "src/other/__init__.py": ""})
    monkeypatch.chdir(project / "src" / "acme" / "net" / "data")
    assert planned(scaffold)["directory"] == "src/acme/net"
    assert planned(scaffold, ".")["directory"] == "src/acme/net"
    monkeypatch.chdir(project / "tests")
    assert planned(scaffold)["directory"] == "src/acme"
    assert planned(scaffold, "--package", "acme.net")["directory"] == "src/acme/net"
    assert planned(scaffold, "--directory", "src/acme/net/")["package"] == "acme.net"
    assert planned(scaffold, "--directory", "./src//other")["package"] == "other"


def test_in_a_repository_of_several_projects_the_nearest_counts(
    here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one can be named; above them there is no package."""
    (here / ".git").mkdir()
    for name in ("services/api", "libs/core"):
        make(here / name, {"pyproject.toml": "", f"{name[-3:]}/__init__.py": ""})
    monkeypatch.chdir(here / "services" / "api")
    assert planned(scaffold)["package"] == "api"
    assert planned(scaffold, "../../libs/core")["package"] == "ore"
    monkeypatch.chdir(here)
    assert "give one of its projects as PROJECT (libs/core, services/api)" in refused(scaffold, "--defaults").err


def test_a_project_in_an_odd_path(here: Path, scaffold: Run) -> None:
    """Spaces, quotes and letters of any language."""
    home = make(here / "my pröject's 計画", {**LAYOUTS["src"], "src/größe/__init__.py": ""})
    result = scaffold("add", str(home), "--defaults", "--package", "größe", "--tests", "my tests")
    assert result.code == 0, result.err
    assert "from größe.threadpool_map import" in (home / "my tests" / TESTS).read_text(encoding="utf-8")
    assert f"  cd {shlex.quote(str(home))}\n" in result.out


def test_tools_and_what_does_not_fit_are_told(here: Path, scaffold: Run) -> None:
    """The formatter's line length becomes a step; an older Python and other test names a note."""
    config = (
        '[project]\nrequires-python = ">=3.8"\n[tool.black]\nline-length = 79\n[tool.mypy]\n'
        '[tool.pytest.ini_options]\npython_files = ["check_*.py"]\n'
    )
    make(here, {"pyproject.toml": config, "acme/__init__.py": "", "tests/x": ""})
    result = scaffold("add", "--defaults")
    assert "  tools     black (79 columns), mypy, pytest\n" in result.out
    assert f"  black acme/{MODULE} acme/{WORK} tests/{TESTS} tests/{TESTS_OF_WORK}\n" in result.out
    assert result.err.splitlines() == [
        "note: the project says '>=3.8', but a module needs Python 3.10 or newer",
        "note: pytest is told to look for 'check_*.py' only, which test_threadpool_map.py does not match",
    ]


@pytest.mark.parametrize(
    ("files", "columns"),
    [
        ({".flake8": "[flake8]\n"}, "79"),
        ({"setup.cfg": "[flake8]\nmax-line-length = 88\n"}, "88"),
        ({"tox.ini": "[flake8]\nmax-line-length = 99999\n"}, None),
        ({".flake8": "[flake8]\nmax-line-length = 120\n"}, None),
        ({".flake8": "[flake8]\n", "ruff.toml": ""}, None),  # which breaks the lines
        ({}, None),
    ],
)
def test_lines_that_flake8_would_find_too_long_are_told(
    here: Path, scaffold: Run, files: dict[str, str], columns: str | None
) -> None:
    """With the setting for these files, where nothing would format them."""
    make(here, {"pyproject.toml": "", "acme/__init__.py": "", **files})
    result = scaffold("add", "--defaults", "--dry-run")
    assert result.code == 0
    assert ("flake8 takes lines of" in result.err) == (columns is not None)
    if columns:
        assert f"lines of {columns} columns here, and these have up to 100" in result.err
        assert f"per-file-ignores = acme/{MODULE},acme/{WORK}," in result.err


# --- what is shown ------------------------------------------------------------------------------------------------


def test_a_dry_run_writes_nothing_and_shows_the_tree_and_files(project: Path, scaffold: Run) -> None:
    """As they would be."""
    before = files_below(project)
    result = scaffold("add", "--defaults", "--dry-run", "--show", f"tests/{TESTS}")
    assert result.code == 0
    assert f"├── {TESTS}  (new)\n" in result.out
    assert "\nfrom acme.threadpool_map import NOT_YET, Failed, Ok," in result.out
    assert "To add to pyproject.toml (--write-config does it)\n" in result.out
    assert files_below(project) == before


@pytest.mark.usefixtures("project")
def test_what_is_printed_can_be_done(scaffold: Run) -> None:
    """Once the module is there `--write-config` would be refused; work is named where it lies."""
    result = scaffold("add", "--defaults")
    assert "To add to pyproject.toml by hand, since nothing is written there without --write-config\n" in result.out
    assert "your own work goes into src/acme/threadpool_map_work.py.\n" in result.out


def test_a_folder_without_a_project_is_said_to_be_one(here: Path, scaffold: Run) -> None:
    """And what is advised for it works."""
    assert scaffold("add", "--defaults").out.startswith(f"Found no project in {here}\n")
    (here / "foo").mkdir()
    (here / "foo" / "__init__.py").touch()
    result = scaffold("add", "--defaults")
    assert (result.code, result.out.splitlines()[0]) == (0, f"Found a project in {here}")


def test_json_is_alone_on_stdout(project: Path, scaffold: Run) -> None:
    """With what was found, what was written, and what is left to add."""
    planned = json.loads(scaffold("add", "--defaults", "--dry-run", "--json").out)
    assert planned["written"] is False
    assert planned["found"]["packages"] == [{"package": "acme", "directory": "src/acme"}]
    assert planned["found"]["requires_python"] == ">=3.11"
    assert planned["config"] == [{"table": ["dependency-groups"], "key": "test", "requirement": "pytest>=8"}]
    document = json.loads(scaffold("add", "--defaults", "--json").out)
    assert document["written"] is True
    assert document["destination"] == str(project)
    assert all((project / file["path"]).is_file() for file in document["files"])


def test_the_command_that_is_printed_makes_the_same_module(project: Path, scaffold: Run) -> None:
    """In another copy, whatever was answered and wherever the user was."""
    make(project, {"src/acme/net/__init__.py": "", "tests/net/x": ""})
    os.chdir(project / "src" / "acme" / "net")
    flags = ["--shape", "service", "--no-results", "--bound", "mixed", "--work", "both", "--tests", "tests/net"]
    first = scaffold("add", *flags, "--module", "looper", "--defaults")
    assert first.code == 0, first.err
    command = shlex.split(first.out[first.out.index("  scaffold add ") :])
    once = files_below(project)
    made = [path for path in project.rglob("*looper*") if path.is_file()]
    assert len(made) == 5
    for path in made:
        path.unlink()
    os.chdir(project.parent)
    assert scaffold(*command[1:]).code == 0
    assert files_below(project) == once


def test_the_recorded_answers_of_a_module_make_another(project: Path, scaffold: Run) -> None:
    """Those of a project go to `scaffold new`, and are refused here; so are a module's there."""
    assert scaffold("add", "--defaults", "--shape", "service", "--module", "one").code == 0
    answers = str(project / ".copier-answers.one.yml")
    assert scaffold("add", "--answers", answers, "--module", "two", "--defaults").code == 0
    one, two = ((project / "src" / "acme" / f"{name}.py").read_text(encoding="utf-8") for name in ("one", "two"))
    assert one == two
    result = scaffold("new", "demo", "--answers", answers, "--defaults")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert scaffold("new", "demo", "--defaults").code == 0
    other = str(project / "demo" / ".copier-answers.yml")
    assert refused(scaffold, "--answers", other, "--defaults").code == 2


def test_undo_takes_it_back(project: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """pyproject.toml too."""
    monkeypatch.setenv("XDG_STATE_HOME", str(project.parent / f"{project.name}-state"))
    before = files_below(project)
    assert scaffold("add", "--defaults", "--write-config").code == 0
    assert files_below(project) != before
    assert scaffold("undo", "--yes", str(project)).code == 0
    assert files_below(project) == before


def test_a_module_is_checked_answered_anew_and_updated_as_a_project_is(
    project: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But it cannot go back to a version of the templates that knew no modules."""
    monkeypatch.setenv("XDG_STATE_HOME", str(project.parent / f"{project.name}-state"))
    assert scaffold("add", "--defaults").code == 0
    assert scaffold("check").code == 0
    assert scaffold("reanswer", "--module", "threadpool_map", "--workers", "5", "--allow-dirty").code == 0
    assert "workers = 5" in (project / "src" / "acme" / MODULE).read_text(encoding="utf-8")
    before = files_below(project)
    result = scaffold("update", "--to", "1.1.0", "--major", "--defaults", "--allow-dirty")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "knows no modules" in result.err
    assert files_below(project) == before


# --- pyproject.toml -----------------------------------------------------------------------------------------------

KEPT = """\
# the top
[project]
name = "acme"   # two spaces
optional-dependencies.docs = ["sphinx"]

[dependency-groups]
dev = [
    'ruff', # quotes
    {include-group = "x"},
]
x = []
"""


def test_pyproject_is_not_touched_unasked(project: Path, scaffold: Run) -> None:
    """What it needs is printed."""
    before = (project / "pyproject.toml").read_bytes()
    result = scaffold("add", "--defaults", "--scale", "cluster")
    assert (project / "pyproject.toml").read_bytes() == before
    assert '  [project.optional-dependencies] cluster += "distributed' in result.out
    assert '  [dependency-groups] test += "pytest>=8"\n' in result.out
    assert '  [dependency-groups] test += "distributed' in result.out


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_with_write_config_comments_and_formatting_stay(project: Path, scaffold: Run, newline: str) -> None:
    """Only the requirements are added."""
    (project / "pyproject.toml").write_bytes(KEPT.replace("\n", newline).encode())
    result = scaffold("add", "--defaults", "--write-config", "--dry-run", "--show", "pyproject.toml")
    assert "pyproject.toml  (replaced)\n" in result.out
    assert (project / "pyproject.toml").read_bytes() == KEPT.replace("\n", newline).encode()
    assert scaffold("add", "--defaults", "--write-config").code == 0
    expected = KEPT.replace('"x"},\n]', '"x"},\n    "pytest>=8",\n]')
    assert (project / "pyproject.toml").read_bytes().decode() == expected.replace("\n", newline)


@pytest.mark.parametrize(
    ("config", "added"),
    [
        ('[project]\nname = "a"\n[dependency-groups]\ntest = ["pytest"]\n', ""),
        ('[project]\nname = "a"\noptional-dependencies.test = ["PyTest >=7 ; python_version>\'3\'"]\n', ""),
        ('[project]\nname = "a"\n[tool.hatch.envs.default]\nextra-dependencies = ["pytest[x]"]\n', ""),
        ('[project]\nname = "a"\n[tool.pytest.ini_options]\n', ""),
        ('[tool.poetry.group.dev.dependencies]\npytest = "*"\n', ""),
        (
            '[project]\nname = "a"\n[dependency-groups]\ntests = ["pytest-cov"]\n',
            '[dependency-groups] tests += "pytest>=8"',
        ),
        (
            "[project]\n[project.optional-dependencies]\nDev = []\n",
            '[project.optional-dependencies] Dev += "pytest>=8"',
        ),
        ('[project]\nname = "a"\n', '[dependency-groups] test += "pytest>=8"'),
        ('[tool.poetry]\nname = "a"\n', '[tool.poetry.group.dev.dependencies] pytest = ">=8"'),
        ("", "pytest>=8, which the tests need"),
    ],
)
def test_nothing_is_added_that_is_there_already(project: Path, scaffold: Run, config: str, added: str) -> None:
    """In whichever place; else it goes to the list for tests that there is."""
    (project / "pyproject.toml").write_text(config, encoding="utf-8")
    out = scaffold("add", "--defaults", "--dry-run").out
    assert f"\n  {added}\n" in out if added else "Nothing has to be added" in out
    if added.startswith("["):
        assert scaffold("add", "--defaults", "--write-config").code == 0
        assert "Nothing has to be added" in scaffold("add", "--defaults", "--module", "two").out


@pytest.mark.parametrize(
    "config",
    [
        '[project]\nname = "a"\n[tool.x]\ny = 1\n[project.scripts]\na = "b"\n',
        '[project.scripts]\na = "b"\n[tool.x]\ny = 1\n[project]\nname = "a"',
        'project.name = "a"\n',
        '[project]\nname = "a"\noptional-dependencies = { docs = ["x"] }\n',
        '[project]\nname = "a"\noptional-dependencies.cluster = [\n    # none yet\n]\n',
        '[project]\nname = "a"\n[project.optional-dependencies] # c\n# d\n\n[[tool.x]]\ny = 1\n\n\n',
        '[tool.a]\n[project]\nname = "a"\n[tool.b]\n[dependency-groups]\nx = [\n  "y", # z\n]\n[tool.c]\n',
        "\ufeff[project] # a byte order mark\nname = 'a'\n",
    ],
)
def test_whatever_form_the_tables_have_only_the_requirements_are_added(
    project: Path, scaffold: Run, config: str
) -> None:
    """Each line that was there is there, and the data differ by just the requirements."""
    (project / "pyproject.toml").write_text(config, encoding="utf-8")
    result = scaffold("add", "--defaults", "--scale", "cluster", "--write-config")
    assert result.code == 0, result.err
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert set(config.splitlines()) - {""} <= {*text.splitlines(), 'optional-dependencies = { docs = ["x"] }'}
    data, expected = (tomli.loads(toml.removeprefix("\ufeff")) for toml in (text, config))
    extras = expected["project"].setdefault("optional-dependencies", {})
    extras["cluster"] = data["project"]["optional-dependencies"]["cluster"]
    expected.setdefault("dependency-groups", {})["test"] = ["pytest>=8", *extras["cluster"]]
    assert data == expected
    assert [requirement.partition(">=")[0] for requirement in extras["cluster"]] == ["distributed"]


def test_requirements_files_count_too(project: Path, scaffold: Run) -> None:
    """Of any of the common names."""
    make(project, {"dev-requirements.txt": "# tools\npytest>=7  # old\n"})
    assert "Nothing has to be added" in scaffold("add", "--defaults", "--dry-run").out


def test_what_is_no_file_states_nothing(project: Path, scaffold: Run) -> None:
    """Nor is it waited for."""
    (project / "requirements.txt").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(project / "dev-requirements.txt")
    assert '"pytest>=8"' in scaffold("add", "--defaults", "--dry-run").out


def test_what_cannot_be_written_into_pyproject_is_refused(here: Path, scaffold: Run) -> None:
    """Before anything is written."""
    before = files_below(make(here, LAYOUTS["setup.cfg"]))
    before.pop("setup.cfg")
    make(here, {"setup.cfg": "[metadata]\nname = acme\n[options.packages.find]\nwhere = lib\n"})
    result = refused(scaffold, "--defaults", "--write-config")
    assert "has no place for pytest>=8, which the tests need: add it by hand" in result.err
    assert files_below(here).keys() - {"setup.cfg"} == before.keys()


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--module", "taken"], 1, "--module: 'taken' would need src/acme/taken.py, which is there already"),
        (["--module", "tested"], 1, "--module: 'tested' would need tests/test_tested.py"),
        (["--module", "answered"], 1, "--module: 'answered' would need .copier-answers.answered.yml"),
        (["--module", "sub"], 1, "--module: 'sub' would need src/acme/sub, which"),
        (["--module", "dangling"], 1, "--module: 'dangling' would need src/acme/dangling.py"),
        (["--module", "folder"], 1, "--module: 'folder' would need tests/test_folder.py"),
        (["--module", "class"], 2, "--module: 'class' is a keyword"),
        (["--module", "../x"], 2, "--module: '../x' is no name for a module"),
        (["--module", "a\nb"], 2, "--module"),
        (["--package", "acm"], 2, "--package: 'acm' is no package of this project; did you mean 'acme'?"),
        (["--package", "acme.class"], 2, "--package: 'acme.class' is no import path"),
        (["--package", "acme..x"], 2, "--package: 'acme..x' is no import path"),
        (["--package", "../acme"], 2, "--package: '../acme' is no import path"),
        (["--package", "/etc"], 2, "--package: '/etc' is no import path"),
        (["--package", ""], 2, "--package: '' must not be empty"),
        (["--package", "a" * 300], 2, "--package"),
        (["--directory", "../outside"], 2, "--directory: '../outside' is no package of this project: name the import"),
        (["--directory", "src"], 2, "--directory: 'src' is no package of this project"),
        (["--directory", "src/acme/sub", "--package", "acme"], 2, "is not where acme is: that is src/acme"),
        (["--directory", "../outside", "--package", "x"], 2, "--directory: '../outside' is no directory below the"),
        (["--directory", "/etc", "--package", "x"], 2, "--directory: '/etc' is no directory below"),
        (["--directory", "src/nothing", "--package", "acme"], 2, "--directory: 'src/nothing' is no directory of"),
        (["--package", "linked"], 2, "--directory: 'linked' is a file or leads through"),
        (["--tests", "../outside"], 2, "--tests: '../outside' is no directory below"),
        (["--tests", ".git/hooks"], 2, "--tests: '.git/hooks' is no directory below"),
        (["--tests", "a\\b"], 2, "--tests"),
        (["--tests", "linked"], 2, "--tests: 'linked' is a file or leads through a symbolic link"),
        (["--tests", "pyproject.toml"], 2, "--tests: 'pyproject.toml' is a file"),
        (["--license", "MIT"], 2, "No such option: --license"),
        (["--scope", "project"], 2, "there is no flag --scope"),
        (["--show", MODULE], 2, "--show goes with --dry-run"),
        (["--dry-run", "--show", f"src/acme/{TESTS}"], 2, "did you mean"),
        (["missing"], 1, "No such file"),
        (["pyproject.toml"], 1, "is a file: give the project's directory as PROJECT"),
        (["loop"], 1, "cannot be read"),
        (["tests/broken"], 1, "pyproject.toml', line 3: "),
        (["tests/cfg"], 1, "setup.cfg', line 1: a section in brackets must come first; fix it first"),
        (["tests/latin"], 1, "pyproject.toml', line 2: is not UTF-8"),
        (["empty"], 1, "has no package that a module could go into: make a directory with an __init__.py in it"),
        (["empty", "--package", "foo"], 2, "'foo' is no package of this project: make a directory with an __init__.py"),
        (["--package", "foo"], 2, "'foo' is no package of this project: take acme, or a package in it"),
        (["two", "--package", "foo"], 2, "'foo' is no package of this project: take one|two, or a package in it"),
        (["two"], 2, "there are several packages: choose with --package one|two"),
        (["a\nb"], 1, "holds characters that no terminal shows: rename it first"),
    ],
)
def test_a_mistake_is_one_line_and_changes_nothing(
    project: Path, scaffold: Run, arguments: list[str], code: int, says: str
) -> None:
    """It names what is wrong and which flag mends it."""
    (project.parent / "outside").mkdir(exist_ok=True)
    make(
        project,
        {
            "src/acme/taken.py": "",
            "src/acme/sub/__init__.py": "",
            "tests/test_tested.py": "",
            "tests/test_folder.py/x": "",
            ".copier-answers.answered.yml": "",
            "tests/broken/pyproject.toml": "[a]\nb = 1\nc = \n",
            "tests/cfg/setup.cfg": "x = 1\n",
            "empty/notes.txt": "",
            "two/setup.py": "",
            "two/one/__init__.py": "",
            "two/two/__init__.py": "",
            "a\nb/setup.py": "",
            "a\nb/x/__init__.py": "",
        },
    )
    make(project, {"tests/latin/pyproject.toml": ""}).joinpath("tests/latin/pyproject.toml").write_bytes(b"#\n#\xe9")
    (project / "src" / "acme" / "dangling.py").symlink_to("missing")
    (project / "linked").symlink_to("src/acme")
    (project / "loop").symlink_to("loop")
    before = files_below(project)
    result = refused(scaffold, *arguments, "--defaults")
    assert says in result.err
    assert result.code == code
    assert files_below(project) == before


def test_without_a_terminal_every_missing_answer_is_named(project: Path, scaffold: Run) -> None:
    """As `scaffold new` does."""
    assert "add --shape many-similar --results" in refused(scaffold).err
    assert ANSWERS not in os.listdir(project)


@pytest.mark.skipif(os.name == "nt", reason="a directory in use cannot be removed")
def test_a_vanished_current_directory_is_one_line(here: Path, scaffold: Run) -> None:
    """As for `scaffold new`."""
    (here / "gone").mkdir()
    os.chdir(here / "gone")
    (here / "gone").rmdir()
    assert "cannot be read" in refused(scaffold, "--defaults").err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("where", ["src/acme", "tests", "."])
def test_a_directory_that_may_not_be_written_is_refused(project: Path, scaffold: Run, where: str) -> None:
    """Before anything is written."""
    (project / where).chmod(0o500)
    try:
        result = refused(scaffold, "--defaults")
    finally:
        (project / where).chmod(0o700)
    assert "may not be written" in result.err
    assert not (project / ANSWERS).exists()
