"""`scaffold probe` from outside: what it refuses, what it says, and that nothing is left of what it ran."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import pythons
from harness import ROOT, Result, Run
from screen import CTRL_C, Screen

TARGETS = """\
import os, signal, sys, threading, time

def nap():
    print("of no concern")
    time.sleep(0.02)

def twice(seconds):
    time.sleep(seconds)

def spin(n=100_000):
    return sum(i * i for i in range(n))

def lock_of_spin():
    spin()
    return threading.Lock()

def fails():
    raise ValueError("out of\\nluck")

def speechless():
    class Speechless(Exception):
        def __str__(self):
            raise RuntimeError
    raise Speechless

def rambles():
    raise ValueError("x" * 5000)

def typed():
    input()

async def later(): ...

def lines():
    yield 1

async def more():
    yield 1

number = 3
calls = 0

def ends_it():
    time.sleep(0.005)
    global calls
    calls += 1
    if calls > 30:
        os._exit(7)

def ends_at_once():
    os.kill(os.getpid(), signal.SIGKILL)

def hangs():
    time.sleep(60)

def hangs_later():
    nap()
    global calls
    calls += 1
    if calls > 30:
        hangs()

def forks():
    time.sleep(0.01)
    os.fork()

numbers = [0.001, 0.002]
"""
DEAF = """\
import signal, time

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)

def nap():
    time.sleep(0.02)
"""
NOTES = """\
import mmap, os

numbers = range(1000)
seen = mmap.mmap(os.open("seen", os.O_RDWR), 1000)

def noted(number):
    seen[number] += 1
    return sum(i * i for i in range(100_000))
"""
QUICK = ("--yes", "--budget", "2", "--max-workers", "4")
COMPUTING = ("--budget", "10", "--max-workers", "2")
"""Levels are long enough for the GIL to be seen on a machine with much else to do."""


@pytest.fixture
def targets(here: Path) -> Path:
    """A file with functions of all kinds, in the current directory."""
    (here / "slow.py").write_text(TARGETS, encoding="utf-8")
    (here / "deaf.py").write_text(DEAF, encoding="utf-8")
    (here / "exits.py").write_text("import sys\nsys.exit('not here')\n", encoding="utf-8")
    (here / "broken.py").write_text("def (:\n", encoding="utf-8")
    (here / "needs.py").write_text("import nowhere_at_all\n", encoding="utf-8")
    (here / "items.json").write_text("{}", encoding="utf-8")
    (here / "items.jsonl").write_text("1\n2\n{\n", encoding="utf-8")
    (here / "empty.txt").touch()
    (here / "taken.json").write_text("{}", encoding="utf-8")
    return here


REFUSED = {
    "slow.py": (2, "TARGET 'slow.py' must be path/to/file.py:function or package.module:function"),
    "/etc/passwd:nap": (2, "TARGET '/etc/passwd:nap' must be path/to/file.py:function or package.module:function"),
    "folder/slow:nap": (2, "TARGET 'folder/slow:nap' must be path/to/file.py:function or package.module:function"),
    "nowhere.py:nap": (2, "there is no file nowhere.py"),
    "nowhere:nap": (2, "there is no module nowhere for"),
    "slow.py:nop": (2, "slow.py has no nop; did you mean 'nap'?"),
    "slow:number": (2, "it is of type int, which cannot be called: name a function"),
    "exits.py:nap": (1, "exits.py cannot be imported: SystemExit: not here"),
    "broken.py:nap": (1, "broken.py cannot be imported: SyntaxError: "),
    "needs:nap": (1, "needs cannot be imported: ModuleNotFoundError: No module named 'nowhere_at_all'"),
    "slow:twice": (1, "give --items SOURCE, for one argument a call"),
    "slow:nap --items slow:numbers": (1, "name a function that takes one argument"),
    "slow:later": (1, "it is a coroutine function"),
    "slow:more": (1, "it is a coroutine function"),
    "slow:lines": (1, "a call only makes a generator"),
    "slow:fails": (1, "every call fails: ValueError: out of luck"),
    "slow:speechless": (1, "every call fails: Speechless"),
    "slow:rambles": (1, "x…"),
    "slow:typed": (1, "every call fails: EOFError"),
    "slow:twice --items nowhere.txt": (2, "--items: there is no file nowhere.txt"),
    "slow:twice --items /dev/zero": (1, "/dev/zero is no file, nor a pipe"),
    "slow:twice --items items.json": (1, "items.json holds no JSON array"),
    "slow:twice --items items.jsonl": (1, "items.jsonl:3: is not JSON"),
    "slow:twice --items empty.txt": (1, "there are no items"),
    "slow:twice --items slow:number": (1, "has no items: name an iterable"),
    "slow:ends_at_once": (1, "a call ended the interpreter (SIGKILL)"),
    "slow:hangs --call-timeout 0.3": (1, "a call did not return within --call-timeout 0.3 s"),
    "slow:nap --budget 0": (2, "--budget '0' must be a number from 1 to 3,600"),
    "slow:nap --max-calls 1.5": (2, "--max-calls '1.5' must be a whole number"),
    "slow:nap --max-workers many": (2, "--max-workers 'many' must be a whole number from 1 to 1,000"),
    "slow:nap --python nowhere": (2, "--python 'nowhere': there is no such program"),
    "slow:nap --save taken.json": (2, "is there already, and no measurement wrote it: choose another"),
    "slow:nap --svg nowhere/chart.svg": (2, "its directory does not exist or may not be written"),
}


@pytest.mark.usefixtures("targets")
@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_measured_is_one_line(scaffold: Run, words: str) -> None:
    """It says what is wrong, and which argument mends it."""
    code, said = REFUSED[words]
    result = scaffold("probe", *words.split(), "--yes")
    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert result.err.startswith("error: ")
    assert result.err.count("\n") == 1


@pytest.mark.usefixtures("targets")
def test_items_that_run_out_at_once_do_not_speak_for_a_plain_loop(scaffold: Run) -> None:
    """The end says that nothing is known yet, and before it stands what mends that."""
    result = scaffold("probe", "time:sleep", "--items", "slow:numbers", "--yes")
    assert result.code == 0, result.err
    assert "Uncertain: the items ran out: give more of them, or --repeat." in result.out
    assert result.out.endswith("\nWhether more workers help is not known yet.\n")


@pytest.mark.usefixtures("targets")
def test_nothing_is_called_without_consent(scaffold: Run) -> None:
    """Where nobody can be asked, --yes is needed; the line says how often it would be called."""
    result = scaffold("probe", "slow.py:ends_at_once")
    assert result.code == 2
    assert "no terminal to ask at" in result.err
    assert "up to 500 times, up to 32 at once" in result.err
    assert "add --yes" in result.err


@pytest.mark.usefixtures("targets")
def test_an_interpreter_that_is_none_is_named(scaffold: Run, here: Path) -> None:
    """With what it said."""
    other = here / "other"
    other.write_text("#!/bin/sh\necho 'no Python here' >&2\nexit 9\n", encoding="utf-8")
    other.chmod(0o755)
    result = scaffold("probe", "slow.py:nap", "--yes", "--python", str(other))
    assert result.code == 1
    assert "the interpreter ended (exit code 9): no Python here" in result.err


def probed(scaffold: Run, *words: str) -> tuple[Result, dict[str, Any]]:
    """A run with --json, and its document, which follows the schema."""
    result = scaffold("probe", *(() if "--budget" in words else QUICK), *words, "--yes", "--json")
    document: dict[str, Any] = json.loads(result.out)
    jsonschema.validate(document, json.loads((ROOT / "docs" / "probe.schema.json").read_text(encoding="utf-8")))
    return result, document


@pytest.mark.slow
def test_a_function_that_waits_gets_threads(scaffold: Run, targets: Path) -> None:
    """What it prints does not mix with what is said; the answers lead to a project that says what was measured."""
    result, document = probed(scaffold, "slow.py:nap", "--save", "kept.json", "--svg", "chart.svg")
    assert (result.code, result.err) == (0, "")
    assert document["profile"]["class"] == "waiting"
    assert document["verdict"]["workers_kind"] == "thread"
    assert document["verdict"]["workers"] == document["answers"]["workers"] >= 3
    assert "of no concern" not in result.out
    assert json.loads((targets / "kept.json").read_text(encoding="utf-8")) == document
    assert (targets / "chart.svg").read_text(encoding="utf-8").startswith("<svg ")
    made = scaffold("new", "demo", "--probe", "kept.json", "--defaults")
    assert made.code == 0, made.err
    assert "measured: waits 9" in made.err or "measured: waits 100% of each call" in made.err
    assert f"workers: {document['verdict']['workers']}\n" in (targets / "demo" / ".copier-answers.yml").read_text(
        "utf-8"
    )
    assert "## Measured\n\n`slow.py:nap` on 20" in (targets / "demo" / "docs" / "WHY.md").read_text(encoding="utf-8")
    assert scaffold("check", "demo", "--strict").code == 0


@pytest.mark.slow
@pytest.mark.usefixtures("targets")
@pytest.mark.parametrize("version", pythons.found())
def test_a_function_that_computes_in_python_is_known_by_every_python(scaffold: Run, version: str) -> None:
    """None of them has scaffold; without a GIL its threads compute side by side."""
    _, document = probed(scaffold, "slow.py:spin", *COMPUTING, "--python", pythons.found()[version])
    assert document["machine"]["python"].startswith(version.rstrip("t"))
    assert document["profile"]["free_threaded"] is version.endswith("t")
    assert document["profile"]["class"] == ("computing-free" if version.endswith("t") else "computing-gil")
    assert document["answers"]["bound"] == "cpu"
    assert not document["answers"]["releases_gil"]


@pytest.mark.slow
@pytest.mark.usefixtures("targets")
def test_results_that_cannot_be_pickled_rule_processes_out(scaffold: Run) -> None:
    """It is said why: without them there would be processes."""
    _, document = probed(scaffold, "slow.py:lock_of_spin", *COMPUTING)
    assert document["profile"]["class"] == "computing-gil"
    if document["machine"]["cpus"] > 1:
        assert document["verdict"]["workers_kind"] == "none"
        assert "its results cannot be pickled (TypeError" in document["verdict"]["because"]


@pytest.mark.slow
def test_processes_share_the_items(scaffold: Run, here: Path) -> None:
    """Each is used once, by whichever process."""
    (here / "notes.py").write_text(NOTES, encoding="utf-8")
    (here / "seen").write_bytes(bytes(1000))
    result = scaffold(
        "probe", "notes.py:noted", "--items", "notes.py:numbers", "--max-calls", "300", *COMPUTING, "--yes"
    )
    assert result.code == 0, result.err
    times = [*(here / "seen").read_bytes()]
    assert max(times) == 1
    assert sum(times) <= 300
    assert "process" in result.out


@pytest.mark.parametrize(
    "module", sorted((ROOT / "scaffold" / "probe" / "child").glob("*.py")), ids=lambda path: path.stem
)
def test_what_runs_in_the_users_interpreter_needs_nothing_but_the_standard_library(module: Path) -> None:
    """And imports from its own folder are relative, since it has another name there."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level < 2
            assert node.level == 1 or (node.module or "").partition(".")[0] in sys.stdlib_module_names
        elif isinstance(node, ast.Import):
            assert all(alias.name.partition(".")[0] in sys.stdlib_module_names for alias in node.names)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "why"),
    [
        ("ends_it", "a call ended the interpreter (exit code 7)"),
        ("hangs_later", "a call did not return within --call-timeout 1 s"),
    ],
)
@pytest.mark.usefixtures("targets")
def test_what_ends_it_midway_leaves_what_is_known(scaffold: Run, function: str, why: str) -> None:
    """The verdict is uncertain, one line says why, and the exit code is 1."""
    result, document = probed(scaffold, f"slow.py:{function}", "--call-timeout", "1")
    assert result.code == 1
    assert why in result.err
    assert not document["verdict"]["certain"]
    assert document["levels"]


@pytest.mark.slow
@pytest.mark.usefixtures("targets")
def test_the_time_that_was_given_is_kept(scaffold: Run) -> None:
    """Even where the first call takes longer."""
    begun = time.monotonic()
    result = scaffold("probe", "slow.py:hangs", "--budget", "1", "--yes")
    assert result.code == 1
    assert "the first call did not return within 1 s: give it more by --budget" in result.err
    assert time.monotonic() - begun < 1 + 3


def children_of(mark: str) -> list[int]:
    """The processes whose environment has a mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it is another user's, or gone
            if f"PROBE_TEST_MARK={mark}\0".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("function", ["slow:forks", "deaf:nap"])
def test_ctrl_c_ends_it_within_a_second_with_what_is_known(targets: Path, function: str) -> None:
    """Exit code 130; nothing that it started is left, not even what the function forked."""
    mark = f"{os.getpid()}-{function}"
    screen = Screen(targets, "probe", function, PROBE_TEST_MARK=mark)
    screen.answers(("Measure it?", "y\r"), ("measuring: 1 thread", ""))
    time.sleep(0.5)
    begun = time.monotonic()
    screen.types(CTRL_C)
    assert screen.ends() == 130
    assert time.monotonic() - begun < 2  # one, and what a busy machine takes to start nothing more
    assert "Uncertain: stopped by Ctrl-C." in screen.printed()
    assert children_of(mark) == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_a_parent_that_is_killed_leaves_nothing(targets: Path) -> None:
    """The child notices that nobody is at the other end."""
    mark = f"{os.getpid()}-killed"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PROBE_TEST_MARK": mark}
    command = [sys.executable, "-m", "scaffold", "probe", "slow.py:hangs", "--yes"]
    process = subprocess.Popen(command, cwd=targets, env=environment, start_new_session=True)
    ends = time.monotonic() + 30
    while len(children_of(mark)) < 2:
        assert time.monotonic() < ends, "it did not begin"
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    while children_of(mark):
        assert time.monotonic() < ends, "the child goes on"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_no_calls_nothing(targets: Path) -> None:
    """The function would end its interpreter."""
    screen = Screen(targets, "probe", "slow.py:ends_at_once")
    screen.answers(("Measure it?", "n\r"))
    assert screen.ends() == 130
    assert "for real" in screen.printed()


def test_neither_copier_nor_rich_is_imported(targets: Path) -> None:
    """The start-up is that of `advise`."""
    code = (
        "import sys; from scaffold.cli import run; run(['probe', 'slow.py:fails', '--yes']);"
        "print(sorted({'copier', 'rich', 'prompt_toolkit', 'jinja2', 'yaml'} & {*sys.modules}))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=targets, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
