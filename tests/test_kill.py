"""Killed, interrupted or out of space at any moment, a command leaves what was there before or its whole result."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, files_below

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run as CommandLine

# Runs the command line once for each line of standard input, in a fork that sends itself a signal at the n-th event
# in which it touches its directory; prints the exit status, the number of events and what it said.
HARNESS = """
import json, os, sys
from scaffold.cli import run
run([*sys.argv[1:], "--dry-run"])  # so that every fork finds the templates compiled

WATCHED = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "os.listdir", "os.chmod"}

def child(directory, stop_at, number, arguments):
    seen = 0
    def audit(event, args):
        nonlocal seen
        if event in WATCHED and args and isinstance(args[0], str) and args[0].startswith(directory):
            seen += 1
            if seen == stop_at:
                os.kill(os.getpid(), number)
    sys.addaudithook(audit)
    code = run(arguments)
    print(seen)
    return code

for line in sys.stdin:
    case = json.loads(line)
    sys.stdout.flush()
    process = os.fork()
    if not process:
        with open(case["log"], "w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        sys.exit(child(case["directory"], case["stop_at"], case["number"], case["arguments"]))
    _, status = os.waitpid(process, 0)
    print(json.dumps({"code": os.waitstatus_to_exitcode(status), "said": open(case["log"]).read()}))
"""


@dataclass(frozen=True)
class Run:
    """How one run ended, and what it said."""

    code: int
    said: str


def run_all(tmp_path: Path, runs: list[tuple[Path, int, int, list[str]]], command: str = "new") -> list[Run]:
    """Run a command in each directory, with a signal at one moment each; moment 0 is none."""
    cases = [
        {
            "directory": str(where),
            "stop_at": stop_at,
            "number": number,
            "arguments": [command, str(where / "demo"), *arguments],
            "log": str(tmp_path / "log"),
        }
        for where, stop_at, number, arguments in runs
    ]
    done = subprocess.run(
        [sys.executable, "-c", HARNESS, "new", str(tmp_path / "demo"), "--defaults"],
        input="".join(f"{json.dumps(case)}\n" for case in cases),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=250,
        check=True,
    )
    return [Run(**json.loads(line)) for line in done.stdout.splitlines() if line.startswith("{")]


def fill(where: Path, names: list[str]) -> Path:
    """Make a directory with files of the user's."""
    where.mkdir()
    for name in names:
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text("mine", encoding="utf-8")
    return where


def moments(tmp_path: Path, mine: list[str], arguments: list[str]) -> int:
    """How often an undisturbed run touches its directory."""
    [done] = run_all(tmp_path, [(fill(tmp_path / "whole", mine), 0, 0, arguments)])
    assert done.code == 0, done.said
    return int(done.said.splitlines()[-1])


MINE = ["demo/README.md", "demo/notes.txt", "demo/src/demo/work.py"]
CODES = {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.mark.slow
@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_a_fresh_project_is_there_whole_or_not_at_all(tmp_path: Path, number: signal.Signals) -> None:
    """Only a kill may leave something beside it, which a later run clears away."""
    total = moments(tmp_path, [], ["--defaults"])
    whole = files_below(tmp_path / "whole" / "demo")
    assert total > 20
    places = [fill(tmp_path / str(moment), []) for moment in range(1, total + 1)]
    runs = run_all(tmp_path, [(place, moment, number, ["--defaults"]) for moment, place in enumerate(places, start=1)])
    outcomes = set()
    for place, run in zip(places, runs, strict=True):
        found = files_below(place / "demo")
        assert found in ({}, whole), place.name
        assert (place / "demo").exists() == bool(found)
        assert run.code == CODES[number], run.said
        assert "Traceback" not in run.said
        if number is not signal.SIGKILL:
            assert os.listdir(place) == (["demo"] if found else [])
        outcomes.add(bool(found))
    assert outcomes == {True, False}


@pytest.mark.slow
@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_a_directory_with_files_is_changed_wholly_or_put_back(tmp_path: Path, number: signal.Signals) -> None:
    """After a kill, the next run puts it back first."""
    force = ["--defaults", "--force"]
    total = moments(tmp_path, MINE, force)
    whole = files_below(tmp_path / "whole" / "demo")
    assert whole["notes.txt"] == b"mine"
    places = [fill(tmp_path / str(moment), MINE) for moment in range(1, total + 1)]
    before = files_below(places[0] / "demo")
    run_all(tmp_path, [(place, moment, number, force) for moment, place in enumerate(places, start=1)])
    if number is signal.SIGKILL:  # a run that is refused is enough to put things back
        assert {run.code for run in run_all(tmp_path, [(place, 0, 0, ["--defaults"]) for place in places])} == {1}
    outcomes = set()
    for place in places:
        found = files_below(place / "demo")
        assert found in (before, whole), (place.name, sorted(found))
        if number is not signal.SIGKILL:
            assert os.listdir(place) == ["demo"]
        outcomes.add(found == whole)
    assert outcomes == {True, False}


@pytest.mark.slow
@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_an_update_is_whole_or_put_back(tmp_path: Path, scaffold: CommandLine, number: signal.Signals) -> None:
    """Files replaced, made, moved and removed; after a kill, the next command at that place puts it back first."""
    made = tmp_path / "made"
    made.mkdir()
    assert scaffold("new", str(made / "demo"), "--name", "demo", "--defaults").code == 0
    (made / "demo" / "src" / "demo" / "work.py").write_text("mine", encoding="utf-8")
    arguments = ["--name", "other", "--workers", "8", "--allow-dirty"]
    shutil.copytree(made, tmp_path / "whole")
    [done] = run_all(tmp_path, [(tmp_path / "whole", 0, 0, arguments)], "reanswer")
    assert done.code == 0, done.said
    before, whole = files_below(made / "demo"), files_below(tmp_path / "whole" / "demo")
    assert whole["src/other/work.py"] == b"mine"
    total = int(done.said.splitlines()[-1])
    chosen = range(1, total + 1, 1 if number is signal.SIGKILL else 4)  # the others wait until all is written
    places = [shutil.copytree(made, tmp_path / str(moment)) for moment in chosen]
    runs = [(place, moment, int(number), arguments) for moment, place in zip(chosen, places, strict=True)]
    codes = {run.code for run in run_all(tmp_path, runs, "reanswer")}
    assert CODES[number] in codes
    if number is signal.SIGKILL:
        run_all(tmp_path, [(place, 0, 0, ["--allow-dirty"]) for place in places], "update")
    outcomes = set()
    for place in places:
        found = files_below(place / "demo")
        differing = [
            {name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name)}
            for wanted in (before, whole)
        ]
        assert found in (before, whole), (place.name, differing)
        if number is not signal.SIGKILL:
            assert os.listdir(place) == ["demo"]
        outcomes.add(found == whole)
    assert outcomes == {True, False}


def test_what_a_killed_run_left_beside_is_cleared_away_later(tmp_path: Path, scaffold: CommandLine) -> None:
    """A minute later, since it may belong to a run at work until then."""
    left = tmp_path / ".scaffold-left"
    (left / "demo").mkdir(parents=True)
    assert scaffold("new", str(tmp_path / "one"), "--defaults").code == 0
    assert left.exists()
    long_ago = time.time() - 61
    os.utime(left, (long_ago, long_ago))
    assert scaffold("new", str(tmp_path / "two"), "--defaults").code == 0
    assert sorted(os.listdir(tmp_path)) == ["one", "two"]


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits")
@pytest.mark.parametrize("mine", [[], MINE], ids=["fresh", "force"])
def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path, mine: list[str]) -> None:
    """A limit on the size of files stands in for it: the write fails in the same way."""
    where = fill(tmp_path / "here", mine)
    before = files_below(where)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from scaffold.cli import run; sys.exit(run(['new', *sys.argv[1:]]))"
    )
    arguments = [str(where / "demo"), "--defaults", *(["--force"] if mine else [])]
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: cannot write")
    assert done.stderr.endswith("nothing was changed\n")
    assert files_below(where) == before
    assert os.listdir(where) == (["demo"] if mine else [])
