"""The documents say what the code does."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sysconfig
from typing import TYPE_CHECKING

import pytest
import yaml
from harness import ROOT, Run, git_commit_all
from measured import keep
from variants import DEFAULTS, Variant

from scaffold.errors import EXIT_CODES
from scaffold.rules import PRINCIPLES, RULES
from scaffold.template import bundled
from scaffold.workload import Design

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_produced_from_the_rules_is_current() -> None:
    """Templates, docs and the README's table; `nox -s generate` writes them anew."""
    outputs = runpy.run_path(str(ROOT / "docs" / "generate.py"))["outputs"]()
    stale = [str(path) for path, text in outputs.items() if path.read_text(encoding="utf-8") != text]
    assert not stale


def commands_in(name: str) -> list[str]:
    """Every command of a document's console blocks."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [line.partition("  #")[0].strip() for line in lines]


SKILL = "docs/skills/scaffold-threads/SKILL.md"
FOR_AGENTS = ("AGENTS.md", SKILL)
EXAMPLES = [
    command
    for name in ("README.md", "docs/commands.md", *FOR_AGENTS)
    for command in commands_in(name)
    if command.startswith("scaffold") and "--install-completion" not in command
]
BY_CI = ("ruff", "mypy", "pytest")  # which it runs itself, as .ci/run says
OF_A_CHECKOUT = [command for command in commands_in("AGENTS.md") if not command.startswith(("scaffold", *BY_CI))]


def in_a_project(here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to a generated project with a module, committed; another lies beside it."""
    for name in ("demo", "other"):
        assert scaffold("new", name, "--defaults").code == 0
    assert scaffold("add", "demo", "--module", "retry", "--defaults").code == 0
    git_commit_all(here / "demo")
    monkeypatch.chdir(here / "demo")


@pytest.mark.slow
@pytest.mark.parametrize("command", EXAMPLES)
def test_the_examples_in_the_documents_run(
    here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """As printed, in the folder of a template; those that would ask are only checked to exist."""
    (here / "copier.yml").write_text('_min_copier_version: "9"\n', encoding="utf-8")
    (here / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers|to_nice_yaml }}", encoding="utf-8")
    (here / "answers.toml").write_text('shape = "one-off"\nresults = true\n', encoding="utf-8")
    keep(here / "probe.json")
    for package in ("src/acme", "services/ingest/src/ingest", "services/ingest/src/ingest/readers"):
        (here / package).mkdir(parents=True)
        (here / package / "__init__.py").touch()
    (here / "pyproject.toml").write_text('[project]\nname = "acme"\n', encoding="utf-8")
    words = shlex.split(command)[1:]
    if words[0] in {"check", "update", "reanswer", "undo"}:
        in_a_project(here, scaffold, monkeypatch)
    result = scaffold(*words)
    asks = result.code == 2 and "no terminal to ask at" in result.err
    if any(command in commands_in(name) for name in FOR_AGENTS) and words[0] != "probe":
        assert result.code == 0, result.err  # an agent has no terminal, and is told so of the one that asks
    assert result.code == 0 or asks, result.err


def test_there_are_examples() -> None:
    """Or the tests around it would hold nothing."""
    assert len(EXAMPLES) >= 8
    assert OF_A_CHECKOUT
    assert all(commands_in(name) for name in FOR_AGENTS)


@pytest.mark.slow
@pytest.mark.parametrize("command", OF_A_CHECKOUT)
def test_the_checks_that_agents_are_told_to_run_pass(command: str) -> None:
    """As printed, in this checkout, by the programs of this environment."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    program, *words = shlex.split(command)
    found = shutil.which(program, path=path)
    assert found, program
    done = subprocess.run(
        [found, *words], cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", FOR_AGENTS)
def test_agents_are_told_of_no_command_that_is_not_run(name: str) -> None:
    """What running text names begins one of the blocks, whose commands are run; CONTRIBUTING.md tells of nox's."""
    text = re.sub(r"```.*?```", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    programs = {command.split()[0] for command in commands_in(name)}
    for named in re.findall(r"`([^`\n]+)`", text):
        words = named.split()
        if words[0] in programs and len(words) > 1:
            assert any(command.split()[: len(words)] == words for command in commands_in(name)), named


def test_the_skill_says_what_it_is_for() -> None:
    """Its front matter is what an agent has of it before it reads on: the folder's name, and when to use it."""
    _, head, text = (ROOT / SKILL).read_text(encoding="utf-8").split("---\n", 2)
    about = yaml.safe_load(head)
    assert about.keys() == {"name", "description"}
    assert about["name"] == (ROOT / SKILL).parent.name
    assert "Use when" in about["description"]
    assert len(about["description"]) <= 1024
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert codes == [*EXIT_CODES]


def test_links_within_the_documents_lead_somewhere() -> None:
    """Relative ones, with the headings that they name; the golden trees' are their own."""
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target, heading in re.findall(r"\]\((?!https?:|mailto:)([^)#]*)#?([^)]*)\)", document.read_text("utf-8")):
            path = document.parent / target if target else document
            assert path.exists(), f"{document.name}: {target}"
            assert not heading or heading in headings_of(path), f"{document.name}: {target}#{heading}"


TOLD = re.findall(r"^\| .*", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)[2:]
SESSIONS = set(
    re.findall(r"^@nox\.session\ndef (\w+)", (ROOT / "noxfile.py").read_text(encoding="utf-8"), re.MULTILINE)
)


@pytest.mark.parametrize("row", TOLD, ids=[row[2:].partition(" |")[0] for row in TOLD])
def test_contributors_are_told_of_what_is_there(row: str) -> None:
    """Each file of the table "to change what, edit where" exists, and what it names there is defined there."""
    paths = re.findall(r"\b(?:benchmarks|docs|scaffold|templates|tests)/[\w./*<>-]*[\w/>]", row)
    assert paths
    for path in paths:
        assert list(ROOT.glob(re.sub(r"<\w+>|\bCODE\b|\bVERSION\b", "*", path))), path
    for names, path in re.findall(r"((?:`\w+`(?:, | and )?)+) in ([a-z]+/[\w/]+\.py)", row):
        source = (ROOT / path).read_text(encoding="utf-8")
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"^(?:class|def) {name}\b|^{name}\b.*=", source, re.MULTILINE), f"{path}: {name}"
    for session in re.findall(r"`nox -s ([a-z ]+)", row):
        assert set(session.split()) <= SESSIONS, session


def headings_of(document: Path) -> set[str]:
    """As in links: small letters, hyphens for spaces, no punctuation."""
    found = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_the_comparison_names_every_code() -> None:
    """The table has each once, and the picture those that decide."""
    page = (ROOT / "docs" / "threadpool-or-thread.md").read_text(encoding="utf-8")
    in_table = re.findall(r"\*\*([A-Z]+\d)\*\* ", page)
    assert sorted(in_table) == sorted(PRINCIPLES)
    picture = (ROOT / "docs" / "threadpool-or-thread.svg").read_text(encoding="utf-8")
    words = " ".join(re.findall(r"<text[^>]*>([^<]*)", picture)).translate(str.maketrans("", "", "()")).split()
    assert {citation.code for rule in RULES for citation in rule.decided_by} <= set(words)


def test_the_executor_stands_beside_every_design() -> None:
    """In docs/rules.md and in the docs/WHY.md of each."""
    rules = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").partition("## Why not ThreadPoolExecutor?")[2]
    for design in Design:
        assert f"`{design.value}`" in rules
    state, periodic = Variant("thread/task", {"state": True}), Variant("thread/service", {"work": "periodic"})
    for variant in (*DEFAULTS, state, periodic):
        why = next(text for path, text in variant.render(bundled()).items() if path.name == "WHY.md")
        _, section, after = why.decode("utf-8").partition("## Why not ThreadPoolExecutor?\n")
        assert section, variant
        assert "better choice" in after.partition("\n## ")[0], variant
