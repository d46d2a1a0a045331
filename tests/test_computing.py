"""Work that computes in Python gets processes, and whoever gets threads for it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import files_below, git_commit_all
from variants import Variant

from scaffold.computing import computing_of
from scaffold.questions import FOLLOW_UPS, complete_follow_ups, complete_workload
from scaffold.workload import Bound, Design

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

    from scaffold.questions import Answers, Value
    from scaffold.template import Template

MAP = ("--shape", "many-similar", "--results", "--no-long-running")
BATCH = ("--shape", "many-similar", "--no-results", "--no-status", "--no-long-running", "--volume", "few")
BY_DEFAULT = "note: computing in Python runs on processes; --releases-gil, for C code that computes, keeps threads\n"
NO_FASTER = "note: these are threads: with a GIL they compute in Python no faster than one does: "


def completed(**given: Value) -> Answers:
    """All answers about the work, with the others by default."""
    workload = complete_workload(given, lambda question, known: question.recommended(known))
    return complete_follow_ups(workload, lambda question, known: question.recommended(known))


@pytest.mark.parametrize("design", Design)
@pytest.mark.parametrize("bound", Bound)
@pytest.mark.parametrize("kind", ["thread", "process", None])
@pytest.mark.parametrize("scale", ["machine", "cluster"])
@pytest.mark.parametrize("releases", [True, False])
def test_nobody_gets_threads_for_computing_untold(
    design: Design,
    bound: Bound,
    kind: str | None,
    scale: str,
    releases: bool,  # noqa: FBT001  # pytest gives it by name
) -> None:
    """Whatever else was answered; and nothing is said where nothing is wrong."""
    more = {} if kind is None else {"workers_kind": kind}
    answers = completed(design=design.value, bound=bound.value, scale=scale, releases_gil=releases, **more)
    computing = computing_of(answers)
    on_processes = design is Design.MAP and (scale == "cluster" or answers["workers_kind"] == "process")
    is_fine = bound is Bound.IO or (bound is Bound.CPU and releases)
    if is_fine or (design is Design.MAP and scale == "cluster"):
        assert computing is None
    else:
        assert computing is not None
        assert computing.workers == ("process" if on_processes else "thread")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ((*MAP, "--bound", "cpu"), BY_DEFAULT),
        ((*MAP, "--bound", "cpu", "--no-releases-gil"), ""),
        ((*MAP, "--bound", "cpu", "--workers-kind", "process"), ""),
        ((*MAP, "--bound", "cpu", "--releases-gil"), ""),
        ((*MAP, "--bound", "cpu", "--workers-kind", "thread"), NO_FASTER + "--workers-kind process takes processes"),
        ((*MAP, "--bound", "io"), ""),
        ((*MAP, "--bound", "mixed"), "note: these are threads: they speed up the waiting but, with a GIL, not"),
        ((*BATCH, "--bound", "cpu"), NO_FASTER + "--design threadpool/map --workers-kind process takes processes"),
        (("--shape", "service", "--no-results", "--bound", "cpu"), NO_FASTER + "hand what computes to processes"),
    ],
)
def test_advise_says_in_one_line_what_computes(scaffold: Run, flags: tuple[str, ...], said: str) -> None:
    """On stderr; under --json as a field, too."""
    result = scaffold("advise", *flags)
    assert result.code == 0
    assert result.err.startswith(said)
    assert len(result.err.splitlines()) == bool(said)
    field = json.loads(scaffold("advise", "--json", *flags).out)["computing"]
    assert (field is None) == ("--releases-gil" in flags or "io" in flags)
    if said:
        assert result.err == f"note: {field['text']}\n"


@pytest.mark.parametrize("defaults", [("--defaults",), (*MAP, "--order", "finished")], ids=["defaults", "flags"])
def test_computing_gets_processes_by_default(here: Path, scaffold: Run, defaults: tuple[str, ...]) -> None:
    """With `--defaults` and where all that is asked has a flag; what is made speaks of processes."""
    result = scaffold("new", "demo", "--bound", "cpu", *defaults)
    assert (result.code, result.err) == (0, BY_DEFAULT)
    files = files_below(here / "demo")
    assert "src/demo/process_map.py" in files
    assert b"from multiprocessing" in files["src/demo/process_map.py"]
    assert b"\nworkers_kind: process\n" in files[".copier-answers.yml"]
    assert b"\nreleases_gil: false\n" in files[".copier-answers.yml"]
    assert b"Work in processes" in files["README.md"]
    assert b"threads would take turns at that" in files["docs/WHY.md"]


def test_c_code_that_lets_go_of_the_gil_keeps_threads(here: Path, scaffold: Run) -> None:
    """And nothing needs to be said."""
    result = scaffold("new", "demo", "--bound", "cpu", "--releases-gil", "--defaults")
    assert (result.code, result.err) == (0, "")
    files = files_below(here / "demo")
    assert "src/demo/threadpool_map.py" in files
    assert b"\nreleases_gil: true\n" in files[".copier-answers.yml"]


def test_threads_that_were_asked_for_are_made_and_it_is_said(here: Path, scaffold: Run) -> None:
    """In the document, too."""
    result = scaffold("new", "demo", "--bound", "cpu", "--workers-kind", "thread", "--defaults", "--json")
    assert result.err.startswith(NO_FASTER)
    assert json.loads(result.out)["computing"]["workers"] == "thread"
    assert (here / "demo" / "src" / "demo" / "threadpool_map.py").is_file()


def test_add_takes_processes_too(here: Path, scaffold: Run) -> None:
    """A module for an existing project."""
    (here / "acme").mkdir()
    (here / "acme" / "__init__.py").touch()
    (here / "pyproject.toml").write_text('[project]\nname = "acme"\nversion = "1"\n', encoding="utf-8")
    result = scaffold("add", "--bound", "cpu", "--defaults")
    assert result.code == 0
    assert BY_DEFAULT in result.err
    assert (here / "acme" / "process_map.py").is_file()


def test_reanswer_moves_to_processes_and_says_so(here: Path, scaffold: Run) -> None:
    """Unless threads were chosen: those stay, and that is said."""
    assert scaffold("new", "demo", "--defaults").code == 0
    git_commit_all(here / "demo")
    result = scaffold("reanswer", "demo", "--bound", "cpu")
    assert (result.code, result.err) == (0, BY_DEFAULT)
    assert (here / "demo" / "src" / "demo" / "process_map.py").is_file()
    git_commit_all(here / "demo")
    result = scaffold("reanswer", "demo", "--workers-kind", "thread", "--json")
    assert result.code == 0
    assert json.loads(result.out)["pieces"][0]["notes"][0].startswith(NO_FASTER.removeprefix("note: "))


def test_copier_alone_takes_processes_as_well(template: Template) -> None:
    """The default of the template's own question."""
    question = next(question for question in template.questions if question.name == "workers_kind")
    for bound in Bound:
        for releases in (True, False):
            known = {"bound": bound.value, "releases_gil": releases}
            ours = next(q for q in FOLLOW_UPS if q.name == "workers_kind")
            assert template.default(question, known) == ours.recommended(known)


def test_the_kinds_differ_in_their_names(template: Template) -> None:
    """The module is called after what works in it."""
    kinds = {"thread": "threadpool_map", "process": "process_map", "cluster": "cluster_map"}
    assert {kind: Variant("threadpool/map", {"kind": kind}).answers(template)["module"] for kind in kinds} == kinds
