"""`--help` from outside: its groups, its width, its order; and the two names of the command."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run


def headings(text: str) -> list[str]:
    """The groups, in the order printed."""
    return re.findall(r"^(\w[\w ]*):$", text, re.MULTILINE)


def test_flags_are_grouped(scaffold: Run) -> None:
    """By what they are about; arguments come first, and what is in no group last."""
    text = scaffold("new", "--help").out
    assert headings(text) == [
        "Arguments",
        "Without questions",
        "Your work",
        "How it runs",
        "The project",
        "Custom template",
        "Options",
    ]
    work = text.partition("Your work:")[2].partition("How it runs:")[0]
    assert re.findall(r"^  --([a-z-]+)", work, re.MULTILINE) == [
        "shape",
        "results",
        "long-running",
        "state",
        "status",
        "volume",
        "bound",
    ]
    assert re.findall(r"^  --([a-z-]+)", text.partition("Custom template:")[2], re.MULTILINE) == [
        "template",
        "data",
        "trust",
        "accept-moved",
    ]


def test_defaults_are_shown_where_they_count(scaffold: Run) -> None:
    """`reanswer` keeps what is on record, so that a default would say something wrong."""
    text = " ".join(scaffold("new", "--help").out.split())
    for default in ("[default: io]", "[default: 32]", "[default: thread; process with --bound cpu --no-releases-gil]"):
        assert default in text
    assert "[default: io]" not in scaffold("reanswer", "--help").out
    assert "One of" not in scaffold("advise", "--help").out.partition("--design")[0]


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("command", ["", "new", "add", "check", "template"])
def test_it_fits_the_terminal(scaffold: Run, monkeypatch: pytest.MonkeyPatch, columns: int, command: str) -> None:
    """And uses all of it."""
    monkeypatch.setenv("COLUMNS", str(columns))
    result = scaffold(*command.split(), "--help")
    assert (result.code, result.err) == (0, "")
    words = re.compile(r"\S+( / \S+)?( \S+)?")  # what cannot be broken: a flag and its value
    for line in result.out.splitlines():
        assert len(line) <= columns or words.fullmatch(line.strip()), line
    if columns == 200 and command == "new":
        assert max(map(len, result.out.splitlines())) > 120


def test_commands_stand_in_the_order_of_a_life_with_whole_sentences(scaffold: Run) -> None:
    """None is cut short."""
    listed = scaffold("--help").out.partition("Commands:")[2]
    assert "..." not in listed
    names = re.findall(r"^  ([a-z]+)  ", listed, re.MULTILINE)
    assert " ".join(names) == "new add adopt advise probe check update reanswer undo review rules info template"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["scaffold", "scaffold-threads", "scaffold-threads.exe", "__main__.py"])
def test_it_names_the_command_that_was_run(tmp_path: Path, name: str) -> None:
    """`uvx scaffold-threads --help` speaks of scaffold-threads, and so does what is said of a mistake."""
    program = f"import sys; sys.argv[0] = {str(tmp_path / name)!r}; from scaffold.__main__ import main; main()"
    expected = "scaffold-threads" if "threads" in name else "scaffold"
    shown = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith(f"Usage: {expected} [OPTIONS] COMMAND")
    wrong = subprocess.run([sys.executable, "-c", program, "nwe"], capture_output=True, text=True, check=False)
    assert f"({expected} --help lists what there is)" in wrong.stderr


def test_an_argument_that_repeats_has_its_dots_once(scaffold: Run) -> None:
    """They say that there may be several."""
    assert scaffold("check", "--help").out.startswith("Usage: scaffold check [OPTIONS] [PROJECT]...\n")
