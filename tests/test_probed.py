"""`--probe FILE` of new, add and advise: what was measured becomes the answers, and is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from harness import ROOT, git_commit_all
from measured import ANSWERS, document, keep

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run
    from newer import Newer

FIGURES = "waits 3% of each call; 2 threads gave 1.9 times, 4 no more than that"


@pytest.fixture
def kept(here: Path) -> Path:
    """A measurement in the current directory."""
    keep(here / "probe.json")
    return here


def schema(name: str) -> dict[str, Any]:
    """One of the schemas in docs/."""
    found: dict[str, Any] = json.loads((ROOT / "docs" / name).read_text(encoding="utf-8"))
    return found


def test_what_the_tests_keep_is_what_is_written() -> None:
    """By the schema."""
    jsonschema.validate(document(), schema("probe.schema.json"))


@pytest.mark.usefixtures("kept")
def test_advice_cites_the_figures(scaffold: Run) -> None:
    """As text and as data; the answers are those that were measured."""
    result = scaffold("advise", "--probe", "probe.json", "--defaults")
    assert (result.code, result.err) == (0, "")
    assert " ".join(result.out.split()).endswith(f"Measured work.py:hashed {FIGURES}.")
    found = json.loads(scaffold("advise", "--probe", "probe.json", "--defaults", "--json").out)
    jsonschema.validate(found, schema("advice.schema.json"))
    assert found["workload"]["bound"] == "cpu"
    assert found["computing"] is None  # C code that lets go of the GIL
    assert found["measured"]["text"] == FIGURES


@pytest.mark.usefixtures("kept")
def test_flags_and_files_win_over_what_was_measured(scaffold: Run, here: Path) -> None:
    """What they leave open is taken from the measurement."""
    (here / "answers.json").write_text('{"workers": 5}', encoding="utf-8")
    words = ("--probe", "probe.json", "--bound", "mixed", "--answers", "answers.json", "--defaults", "--dry-run")
    made = json.loads(scaffold("new", "demo", *words, "--json").out)
    assert (made["answers"]["bound"], made["answers"]["workers"]) == ("mixed", 5)
    assert made["answers"]["workers_kind"] == "thread"


def test_a_project_says_what_was_measured(kept: Path, scaffold: Run) -> None:
    """In docs/WHY.md, with the figures; the command that makes the same again says so, too."""
    result = scaffold("new", "demo", "--probe", "probe.json", "--defaults")
    assert result.code == 0
    assert result.err == f"note: measured: {FIGURES}\n"
    assert result.out.endswith(" --probe probe.json\n")
    why = (kept / "demo" / "docs" / "WHY.md").read_text(encoding="utf-8")
    measured = why.partition("## Measured\n")[2].partition("\n## How to leave scaffold\n")[0]
    assert "`work.py:hashed` on 2026-11-27 12:00 UTC, with Python 3.14.0 on Linux with 2 CPUs" in measured
    assert "**2 threads**" in measured
    assert "   2 threads          190        10.0 ms  " + "█" * 32 in measured


@pytest.mark.slow
def test_an_update_leaves_it_alone(kept: Path, scaffold: Run, ahead: Newer) -> None:
    """As any edit of the user's."""
    assert scaffold("new", "demo", "--probe", "probe.json", "--defaults").code == 0
    git_commit_all(kept / "demo")
    before = (kept / "demo" / "docs" / "WHY.md").read_text(encoding="utf-8")
    assert "## Measured" in before
    updated = ahead("update", "demo", "--defaults", cwd=kept)
    assert updated.code == 0, updated.err
    after = (kept / "demo" / "docs" / "WHY.md").read_text(encoding="utf-8")
    assert before.partition("## Measured")[2].partition("## How")[0] in after


@pytest.mark.usefixtures("kept")
def test_a_module_is_made_from_it(scaffold: Run, here: Path) -> None:
    """`add` takes the answers, and says the figures."""
    (here / "mine").mkdir()
    (here / "mine" / "__init__.py").touch()
    (here / "pyproject.toml").touch()
    result = scaffold("add", "--probe", "probe.json", "--defaults", "--dry-run", "--json")
    assert result.code == 0, result.err
    assert f"note: measured: {FIGURES}" in result.err
    assert json.loads(result.out)["answers"]["workers"] == 2


def test_processes_that_were_measured_are_taken(scaffold: Run, here: Path) -> None:
    """Without a word on how to have others."""
    verdict = document()["verdict"] | {"workers_kind": "process"}
    keep(here / "probe.json", verdict=verdict, answers={"bound": "mixed", "workers_kind": "process"})
    result = scaffold("new", "demo", "--probe", "probe.json", "--defaults", "--dry-run", "--json")
    assert json.loads(result.out)["answers"]["workers_kind"] == "process"
    assert "these are threads" not in result.err


def test_what_was_not_timed_is_not_given_figures(scaffold: Run, here: Path) -> None:
    """On a busy machine the class decides."""
    verdict = document()["verdict"] | {"gain": None, "certain": False, "doubts": ["others use 90% of the machine"]}
    keep(here / "probe.json", verdict=verdict)
    result = scaffold("advise", "--probe", "probe.json", "--defaults")
    assert "waits 3% of each call; 2 threads by its class, not timed" in " ".join(result.out.split())
    assert scaffold("new", "demo", "--probe", "probe.json", "--defaults").code == 0
    why = (here / "demo" / "docs" / "WHY.md").read_text(encoding="utf-8")
    assert "Uncertain: others use 90% of the machine.\n" in why


BAD = {
    "no JSON": "{",
    "no mapping": "[]",
    "another document": '{"answers": {}}',
    "another version": json.dumps(document(schema=2)),
    "an answer to another question": json.dumps(document(answers={"name": "x"})),
    "an answer of another type": json.dumps(document(answers=ANSWERS | {"workers": True})),
    "another bound": json.dumps(document(answers=ANSWERS | {"bound": "none"})),
    "too many workers": json.dumps(document(answers=ANSWERS | {"workers": 100_000})),
    "a missing part": json.dumps({key: value for key, value in document().items() if key != "machine"}),
    "a verdict of too many": json.dumps(document(verdict=document()["verdict"] | {"workers": 1_000_000_000})),
    "levels that are none": json.dumps(document(levels=[3])),
    "a rate that is none": json.dumps(document(levels=[document()["levels"][0] | {"calls_per_s": "fast"}])),
    "a profile that is none": json.dumps(document(profile={})),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_no_measurement_is_one_line(scaffold: Run, here: Path, what: str) -> None:
    """It says what to do, and nothing is written."""
    (here / "bad.json").write_text(BAD[what], encoding="utf-8")
    result = scaffold("new", "demo", "--probe", "bad.json", "--defaults")
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert not (here / "demo").exists()
    missing = scaffold("advise", "--probe", "nowhere.json", "--defaults")
    assert missing.code == 2
    assert "--probe nowhere.json: No such file" in missing.err


@pytest.mark.usefixtures("kept")
def test_a_teams_template_does_not_take_it(scaffold: Run) -> None:
    """Its questions are its own."""
    result = scaffold("new", "demo", "--probe", "probe.json", "--template", "somebodys")
    assert result.code == 2
    assert "leave out --template" in result.err
