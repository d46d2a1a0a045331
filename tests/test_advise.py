"""`scaffold advise` and `scaffold rules`, from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import jsonschema
import pytest
from harness import ROOT, Run

from scaffold.recommend import all_workloads
from scaffold.rules import PRINCIPLES, RULES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scaffold.workload import Workload

FULL = ("--shape", "many-similar", "--results", "--no-long-running", "--bound", "io")


def test_the_text_names_the_design_its_reasons_and_what_was_overruled(scaffold: Run) -> None:
    """For a person."""
    result = scaffold("advise", *FULL)
    assert result.code == 0
    assert result.err == ""
    assert result.out.startswith("Design: threadpool/map (multiprocessing.pool.ThreadPool)\n")
    for part in (
        "Decided by\n  TX2  ",
        "Overruled\n  D1   ",
        "Good to know\n",
        "--long-running           thread/service",
    ):
        assert part in result.out


@pytest.mark.parametrize("work", list(all_workloads())[::11], ids=str)
def test_the_json_follows_its_schema_and_is_alone_on_stdout(scaffold: Run, work: Workload) -> None:
    """For a program."""
    flags = [
        word
        for axis, value in vars(work).items()
        for word in (
            [f"--{'' if value else 'no-'}{axis.replace('_', '-')}"]
            if isinstance(value, bool)
            else [f"--{axis}", value.value]
        )
    ]
    result = scaffold("advise", "--json", *flags)
    assert result.code == 0
    document = json.loads(result.out)
    jsonschema.validate(document, json.loads((ROOT / "docs" / "advice.schema.json").read_text(encoding="utf-8")))
    assert document["workload"] == {axis: getattr(value, "value", value) for axis, value in vars(work).items()}


def test_all_missing_answers_are_named_at_once_and_the_suggestion_works(scaffold: Run) -> None:
    """The flags that the message offers are ready to paste."""
    result = scaffold("advise", "--shape", "one-off")
    assert result.code == 2
    assert result.out == ""
    assert "missing: --results/--no-results, --long-running/--no-long-running" in result.err
    suggested = result.err.partition("add ")[2].partition(" (")[0].split()
    assert scaffold("advise", "--shape", "one-off", *suggested).code == 0


def test_defaults_answer_everything(scaffold: Run) -> None:
    """The recommended answers."""
    assert "threadpool/map" in scaffold("advise", "--defaults").out


def test_a_design_of_ones_own_is_told_what_speaks_against_it(scaffold: Run) -> None:
    """It is kept all the same."""
    result = scaffold("advise", *FULL, "--design", "thread/batch")
    assert result.code == 0
    assert "Design: thread/batch" in result.out
    assert "Chosen by you: the rules say threadpool/map." in result.out
    assert "you chose thread/batch, the rules say threadpool/map" in " ".join(result.out.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("--design", "thread/batch", "--results"),
            "beside --results the rules say threadpool/map: you want a value back",
        ),
        (("--design", "thread/task", "--shape", "service"), "beside --shape service the rules say thread/service"),
        (("--design", "thread/batch", "--shape", "many-similar"), ""),  # other answers lead there
        (("--design", "thread/batch"), ""),
    ],
)
def test_flags_that_contradict_each_other_are_pointed_out(
    here: Path, scaffold: Run, arguments: Sequence[str], says: str
) -> None:
    """The design is made all the same: whoever names it may know better."""
    result = scaffold("new", "made", *arguments, "--defaults", "--dry-run")
    assert result.code == 0
    assert (says in result.err) if says else result.err == ""
    assert not list(here.iterdir())


def test_what_is_waited_for_is_asked_only_where_something_comes_back(scaffold: Run) -> None:
    """Without a terminal, too."""
    work = ["--shape", "heterogeneous", "--bound", "io", "--no-long-running", "--no-status", "--volume", "many"]
    assert scaffold("new", "made", *work, "--no-results", "--dry-run").code == 0
    assert "--react" in scaffold("new", "made", *work, "--results", "--dry-run").err


def test_a_flag_without_effect_is_pointed_out(scaffold: Run) -> None:
    """Rather than dropped silently."""
    result = scaffold("advise", "--shape", "service", "--results", "--bound", "io", "--order", "input")
    assert result.code == 0
    assert result.err == "note: --order changes nothing for thread/service\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["advise", "--shpe", "x"], "did you mean '--shape'?"),
        (["advice"], "Did you mean 'advise'?"),
        (["advise", "--shape", "servce"], "did you mean 'service'?"),
        (["advise", "--shape"], "--shape"),
        (["advise", "extra"], "extra"),
        (["rules", "--json", "--mermaid"], "exclude each other"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(scaffold: Run, arguments: list[str], says: str) -> None:
    """With the nearest thing that exists."""
    result = scaffold(*arguments)
    assert result.code == 2
    assert result.out == "" or "--json" in arguments  # then it is JSON, too
    assert result.err.count("\n") == 1
    assert says in result.err


def test_rules_as_text_json_and_mermaid(scaffold: Run) -> None:
    """The whole table each time."""
    text, data, picture = (scaffold("rules", *flags).out for flags in ([], ["--json"], ["--mermaid"]))
    document = json.loads(data)
    assert [rule["design"] for rule in document["rules"]] == [rule.design.value for rule in RULES]
    assert {principle["code"] for principle in document["principles"]} == set(PRINCIPLES)
    for principle in PRINCIPLES.values():
        assert principle.sentence in text
    assert picture.startswith("flowchart TD\n")
    assert picture.count("-- yes -->") == len(RULES)


HEAVY = {"copier", "rich", "questionary", "prompt_toolkit", "pydantic", "jinja2", "yaml"}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["advise", "--defaults"], ["rules"]])
def test_start_up_imports_neither_copier_nor_rich(arguments: list[str]) -> None:
    """Nor what else takes long; seen in a process of its own."""
    code = (
        "import sys; from scaffold.__main__ import main\n"
        f"sys.argv = ['scaffold', *{arguments!r}]\n"
        "try: main()\n"
        "except SystemExit as done: assert not done.code, done.code\n"
        f"heavy = {HEAVY!r} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_no_colour_outside_a_terminal(scaffold: Run) -> None:
    """Not a single escape."""
    assert "\033" not in scaffold("advise", "--defaults").out + scaffold("advise", "--shape", "x").err
