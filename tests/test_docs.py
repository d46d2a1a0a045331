"""The documents say what the code does."""

from __future__ import annotations

import re
import runpy
import shlex
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, Run, git_commit_all
from measured import keep
from variants import DEFAULTS, Variant

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


def commands_in(text: str) -> list[str]:
    """Every `scaffold …` line of the console blocks."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [
        line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ scaffold")
    ]
    return [line.partition("  #")[0].strip() for line in lines]


EXAMPLES = [
    command
    for name in ("README.md", "docs/commands.md")
    for command in commands_in((ROOT / name).read_text(encoding="utf-8"))
    if "--install-completion" not in command
]


def in_a_project(here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to a generated project with a module, committed; another lies beside it."""
    for name in ("demo", "other"):
        assert scaffold("new", name, "--defaults").code == 0
    assert scaffold("add", "demo", "--module", "retry", "--defaults").code == 0
    git_commit_all(here / "demo")
    monkeypatch.chdir(here / "demo")


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
    assert result.code == 0 or asks, result.err


def test_there_are_examples() -> None:
    """Or the test above would hold nothing."""
    assert len(EXAMPLES) >= 8


def test_links_within_the_documents_lead_somewhere() -> None:
    """Relative ones, with the headings that they name; the golden trees' are their own."""
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target, heading in re.findall(r"\]\((?!https?:|mailto:)([^)#]*)#?([^)]*)\)", document.read_text("utf-8")):
            path = document.parent / target if target else document
            assert path.exists(), f"{document.name}: {target}"
            assert not heading or heading in headings_of(path), f"{document.name}: {target}#{heading}"


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
