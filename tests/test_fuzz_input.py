"""Whatever is given or found: a documented exit code, at most one line of error, no traceback.

`SCAFFOLD_FUZZ=10000 pytest -m slow tests/test_fuzz_input.py` for a campaign; by default 50 cases of each kind.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
from harness import Run, contents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.cli import run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.slow
FUZZ = settings(suppress_health_check=list(HealthCheck), deadline=None)
CODES = {0, 1, 2, 3, 4, 130}

WORDS = [
    *("[", "]", "{", "}", ":", ": ", "=", " = ", ",", "\n", "\n\n", "  ", "\t", "#", "'", '"', '"""', "'''", "-", "- "),
    *(
        "---\n",
        "...\n",
        "&a ",
        "*a",
        "<<: ",
        "!!int ",
        "!!float ",
        "!!bool ",
        "!!timestamp ",
        "!!binary ",
        "!!set ",
        "!!omap ",
    ),
    *(
        "!!null ",
        "!!python/name:os ",
        "!include ",
        "? ",
        "| ",
        "> ",
        "%YAML 1.1\n",
        "@",
        "`",
        "\\",
        "\\u0000",
        "\0",
        "\r",
    ),
    *(
        "\x85",
        "\u2028",
        "\ufeff",
        "\u202e",
        "é",
        "😀",
        "null",
        "~",
        "true",
        "no",
        ".nan",
        ".inf",
        "1e999",
        "0x",
        "0o7",
        "-0",
    ),
    *(
        "9" * 30,
        "9" * 5_000,
        "1:1:1",
        "2001-99-99",
        "2001-01-01",
        "3.10",
        "../",
        "/",
        "**/",
        "{{ name }}",
        "{% raw %}",
        "{{",
    ),
    *("[DEFAULT]\n", "[options]\n", "[tool:pytest]\n", "[pytest]\n", "[tool.ruff]\n", "[[project]]\n", "[project]\n"),
    *(
        "%(x)s",
        "${x}",
        "testpaths",
        "python_requires = ",
        "requires-python",
        "packages",
        "name",
        "where",
        "line-length = ",
    ),
    *(
        "_commit: ",
        "_src_path: ",
        "_scaffold_commit: ",
        "_tasks: ",
        "_exclude: ",
        "_envops: ",
        "_subdirectory: ",
        "choices: ",
    ),
    *("type: ", "default: ", "when: ", "multiselect: ", "validator: ", "yaml", "json", "int", "secret: ", "help: "),
]


def mutated(seed: int, text: str) -> bytes:
    """The text with a few places changed: words put in, doubled, moved, cut; a byte flipped."""
    chance = random.Random(seed)  # noqa: S311  # reproducible, and no secret
    for _ in range(chance.randint(1, 4)):
        first, second = sorted(chance.choices(range(len(text) + 1), k=2))
        second = min(second, first + chance.choice((0, 1, 5, 40)))
        put = chance.choice((chance.choice(WORDS), "".join(chance.choices(WORDS, k=4)), text[first:second] * 2, ""))
        text = text[:first] + put + text[second:]
    raw = bytearray(text.encode("utf-8", "surrogatepass"))
    if raw and chance.random() < 0.1:
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw)


SEEDS = st.integers(0, 2**32)


def assert_in_order(scaffold: Run, *arguments: str) -> None:
    """A documented code, and one line where something was wrong; notes may be beside it."""
    result = scaffold(*arguments)
    assert result.code in CODES
    errors = [line for line in result.err.splitlines() if not line.startswith("note: ")]
    assert "Traceback" not in result.err + result.out
    assert len(errors) == (1 if result.code in {1, 2, 4} else 0), result.err[:2_000]
    assert all(line.startswith("error: ") for line in errors)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated project."""
    place = tmp_path_factory.mktemp("fuzz") / "made"
    assert run(["new", str(place), "--defaults"]) == 0
    return place


@pytest.fixture
def project(here: Path) -> Path:
    """An existing one, with a configuration of everything."""
    (here / "src" / "acme").mkdir(parents=True)
    (here / "src" / "acme" / "__init__.py").touch()
    return here


@pytest.fixture
def own(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, with the user's own folders in it."""
    for kind in ("CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(here / kind))
    return here


PYPROJECT = """\
[build-system]
requires = ["setuptools"]

[project]
name = "acme"
requires-python = ">=3.10,<4"
dynamic = ["version"]
dependencies = ["requests>=2"]
optional-dependencies.test = ["pytest>=8"]

[tool.setuptools.packages.find]
where = ["src"]

[tool.pytest.ini_options]
testpaths = ["tests"]

[tool.ruff]
line-length = 100

[tool.poetry]
packages = [{ include = "acme", from = "src" }]

[tool.poetry.dependencies]
python = "^3.10"
"""
SETUP_CFG = """\
[metadata]
name = acme

[options]
python_requires = >=3.10
package_dir =
    = src
packages = find:

[options.packages.find]
where = src

[tool:pytest]
testpaths = tests
python_files = test_*.py

[flake8]
max-line-length = 100
"""
ANSWERS = """\
shape: many-similar
results: yes
workers: 4
python: 3.10
description: a few words
on-error: keep
"""
COPIER = """\
_min_copier_version: "9.10"
_exclude: ["*.pyc", ".git"]
_secret_questions: [token]
name:
  type: str
  help: What is it called?
  default: demo
  validator: "{% if not name %}say it{% endif %}"
count:
  type: int
  default: 3
kinds:
  type: yaml
  multiselect: true
  choices: {one: 1, two: [2, "no"]}
  default: [1]
token:
  type: str
  default: ""
when_there:
  type: bool
  default: "{{ count > 2 }}"
  when: "{{ name == 'demo' }}"
"""


PLAIN_WORDS = """
new add advise rules check update reanswer undo template list show lint
--defaults --json --dry-run --answers --template --data --trust --module --package --show --help -h
--directory --tests --workers --shape --design --name --to --conflict --ignore --diff --force
many-similar thread/batch -1 a=b = - -- . ./x * gh: a@b@c file:/// ext::sh nul
"""
ODD_WORDS = ("", "\0", "\ud800", "a\nb", "\u202e", "{{ x }}", "9" * 5_000, "x" * 300, "@" * 500)
COMMAND_LINE = (*PLAIN_WORDS.split(), *ODD_WORDS)


@FUZZ
@given(words=st.lists(st.sampled_from(COMMAND_LINE) | st.text(max_size=6), max_size=7))
def test_random_words(words: Sequence[str], here: Path, scaffold: Run) -> None:
    """Of the command line; nothing is fetched, since no address is whole."""
    (here / "at").mkdir(exist_ok=True)  # `undo` may have taken it back
    os.chdir(here / "at")
    result = scaffold(*words)
    assert result.code in CODES
    assert "Traceback" not in result.err + result.out


@FUZZ
@given(seed=SEEDS, suffix=st.sampled_from(["yml", "json", "toml"]))
def test_mutated_answers(seed: int, suffix: str, here: Path, scaffold: Run, made: Path) -> None:
    """In each of the formats."""
    texts = {
        "yml": ANSWERS,
        "json": '{"shape": "many-similar", "results": true, "workers": 4, "description": "a\\u00e9", "x": [1.5, null]}',
        "toml": 'shape = "many-similar"\nresults = true\nworkers = 4\ndescription = """a\nb"""\nwhen = 2001-01-01\n',
    }
    name = f"a.{suffix}"
    (here / name).write_bytes(mutated(seed, texts[suffix]))
    assert_in_order(scaffold, "new", "d", "--defaults", "--dry-run", "--answers", name)
    assert_in_order(scaffold, "advise", "--defaults", "--answers", name)
    assert_in_order(scaffold, "update", str(made), "--defaults", "--dry-run", "--answers", name)


@FUZZ
@given(
    seed=SEEDS, command=st.sampled_from([["check", "--diff"], ["update", "--defaults"], ["reanswer", "--workers", "3"]])
)
def test_mutated_records(seed: int, command: list[str], scaffold: Run, made: Path) -> None:
    """Of a generated project, as a clone may have them; a template that it names may not be there."""
    record = made / ".copier-answers.yml"
    before = record.read_bytes()
    try:
        record.write_bytes(mutated(seed, before.decode()))
        dry = () if command[0] == "check" else ("--dry-run",)
        found = contents(made)
        assert_in_order(scaffold, command[0], str(made), *command[1:], *dry)
        assert contents(made) == found
    finally:
        record.write_bytes(before)


@FUZZ
@given(seed=SEEDS, which=st.sampled_from(["pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini"]))
def test_mutated_configuration(seed: int, which: str, project: Path, scaffold: Run) -> None:
    """Of a project that gets a module; what is written for it, too."""
    for name, text in {"pyproject.toml": PYPROJECT, "setup.cfg": SETUP_CFG}.items():
        (project / name).write_text(text, encoding="utf-8")
    text = {"pyproject.toml": PYPROJECT, "pytest.ini": "[pytest]\ntestpaths = tests\n"}.get(which, SETUP_CFG)
    (project / which).write_bytes(mutated(seed, text))
    try:
        assert_in_order(scaffold, "add", ".", "--defaults", "--dry-run", "--write-config")
    finally:
        (project / which).unlink()


@FUZZ
@given(seed=SEEDS, command=st.sampled_from(["show", "lint"]))
def test_mutated_templates(seed: int, command: str, here: Path, scaffold: Run) -> None:
    """Read in this process; what evaluates expressions runs in another."""
    (here / "template").mkdir(exist_ok=True)
    (here / "template" / "copier.yml").write_bytes(mutated(seed, COPIER))
    (here / "template" / "a.txt.jinja").write_bytes(mutated(seed + 1, "{{ name }} and {{ count }}\n"))
    if command == "show":
        assert_in_order(scaffold, "template", "show", "./template")
        return
    result = scaffold("template", "lint", "template", "--ignore", "D,F002,P")
    assert result.code in {0, 1}
    assert len(result.err.splitlines()) <= 1


@FUZZ
@given(seed=SEEDS, whose=st.sampled_from(["own", "shared"]))
def test_mutated_names(seed: int, whose: str, own: Path, scaffold: Run) -> None:
    """The user's own and a catalogue's."""
    text = '[templates.a]\nsource = "gh:a/b"\nref = "v1"\ndesigns = ["thread/batch"]\ndefaults = {x = 1, y = [2]}\n'
    text += '[templates.c]\nsource = "../x"\ndeprecated = "a"\n[defaults]\nauthor = "Ada"\n'
    if whose == "own":
        (own / "CONFIG" / "scaffold").mkdir(parents=True, exist_ok=True)
        (own / "CONFIG" / "scaffold" / "templates.toml").write_bytes(mutated(seed, text))
        assert_in_order(scaffold, "template", "list", "--json")
        return
    (own / "scaffold.toml").write_bytes(mutated(seed, f'name = "team"\n{text}'))
    assert_in_order(scaffold, "template", "add", "--catalogue", ".")
