"""Under `--json` a failure is JSON, too: one document on stdout, beside the line on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, in_own_process

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

FAILURES = {
    "new demo --json": (2, "add --shape many-similar --results"),
    "new demo --defaults --shape none --json": (2, "did you mean 'one-off'?"),
    "new demo --defaults --shpae one-off --json": (2, "did you mean '--shape'?"),
    "new full --defaults --json": (1, "choose another DEST, such as full-2"),
    "new file --defaults --json": (1, "choose another DEST"),
    "new demo --answers missing.yml --json": (2, None),
    "add full --defaults --json": (1, "make a directory with an __init__.py"),
    "advise --json": (2, "add --shape many-similar"),
    "advise --json --bound": (2, "scaffold advise --help lists what there is"),
    "check full --json --strict": (1, None),
    "check --show x --json": (2, None),
    "check --jsonl --json": (2, None),
    "update full --json": (1, None),
    "reanswer full --json": (1, None),
    "undo full --json": (1, None),
    "rules --json --mermaid": (2, None),
    "review nothing --json": (1, None),
    "review --select X1 --json": (2, "give one of R101 to R110"),
    "new --json --bogus": (2, "scaffold new --help lists what there is"),
    "--json": (2, "give it after the command's name"),
    "--verison --json": (2, "did you mean '--version'?"),
    "template list --json --nothing": (2, "scaffold template list --help lists what there is"),
    "template show nowhere/at-all --json": (1, None),
    "template lint file --json": (1, None),
    "template test file --json": (1, None),
    "template new full --json": (1, "choose another DIR"),
    "template nothing --json": (2, "scaffold template --help lists what there is"),
}


@pytest.fixture
def place(here: Path) -> Path:
    """A taken folder and a file."""
    (here / "full").mkdir()
    (here / "full" / "notes.txt").touch()
    (here / "file").touch()
    return here


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("command", FAILURES)
def test_a_failure_is_one_document(scaffold: Run, command: str) -> None:
    """With the message and the exit code that a person gets, and what to do where the message says it."""
    code, hint = FAILURES[command]
    result = scaffold(*command.split())
    document = json.loads(result.out)
    if command.startswith("check full"):  # a project that cannot be looked at is a result, as before
        assert document["error"]
        return
    error = document.pop("error")
    assert document == {}
    assert result.code == error["exit_code"]
    assert result.code in ({code} if code == 2 else {1, 2, 3})
    assert result.err == f"error: {error['message']}\n"
    if hint is not None:
        assert error["hint"].startswith(hint)
    assert error["hint"] is None or error["hint"] in error["message"]


def test_each_line_of_jsonl_is_a_document(scaffold: Run) -> None:
    """A usage error, too."""
    result = scaffold("check", "--jsonl", "--show", "x")
    [line] = result.out.splitlines()
    assert json.loads(line)["error"]["exit_code"] == 2


@pytest.mark.usefixtures("place")
def test_without_json_nothing_is_on_stdout(scaffold: Run) -> None:
    """Nor where the word comes after `--`."""
    assert scaffold("new", "file", "--defaults").out == ""
    assert scaffold("new", "--defaults", "--", "file", "--json").out == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "rules --json",
        "advise --defaults --json",
        "new demo --defaults --json",
        "new demo --json",
        "template list --json",
    ],
)
@pytest.mark.parametrize("stdout", [">/dev/full", ">&-"])
def test_stdout_that_is_full_or_closed_is_one_line_at_most(tmp_path: Path, command: str, stdout: str) -> None:
    """No traceback; full, it is said and the exit code tells; closed, nobody wants to know."""
    if stdout == ">/dev/full" and not os.path.exists("/dev/full"):  # noqa: PTH110  # a device
        pytest.skip("there is no such device here")
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m scaffold {command} {stdout}"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    fails = command == "new demo --json"
    full = stdout == ">/dev/full"
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == (1 if fails or full else 0)
    assert done.returncode == (2 if fails else 1 if full else 0)


def test_an_unexpected_error_is_json_too(tmp_path: Path) -> None:
    """A template that is gone, say; the working directory as well."""
    (tmp_path / "gone").mkdir()
    program = (
        "import os, shutil, sys; os.chdir('gone'); shutil.rmtree('../gone')\n"
        "from scaffold.cli import run; sys.exit(run(['new', 'x', '--defaults', '--json']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["exit_code"], error["hint"]) == (1, 1, "change to one that can (cd)")
    assert in_own_process("new", "x", "--json", cwd=tmp_path).returncode == 2


@pytest.mark.usefixtures("place")
def test_what_is_no_advice_is_no_hint(scaffold: Run) -> None:
    """A message may go on after a colon without saying what to do."""
    assert json.loads(scaffold("undo", "full", "--json").out)["error"]["hint"] is None
    assert json.loads(scaffold("new", "full", "--defaults", "--json").out)["error"]["hint"] is not None
