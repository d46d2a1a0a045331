"""`scaffold info`: what a program or an agent learns that has never met scaffold."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from harness import ROOT

from scaffold import __version__
from scaffold.life.history import history
from scaffold.workload import Design

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run


@pytest.fixture
def document(scaffold: Run) -> dict[str, Any]:
    """What `scaffold info --json` prints."""
    result = scaffold("info", "--json")
    assert (result.code, result.err) == (0, "")
    found: dict[str, Any] = json.loads(result.out)
    return found


def test_the_json_follows_its_schema(document: dict[str, Any]) -> None:
    """With what is installed, every design and every version of the templates."""
    jsonschema.validate(document, json.loads((ROOT / "docs" / "info.schema.json").read_text(encoding="utf-8")))
    assert document["versions"]["scaffold"] == __version__
    assert document["versions"]["copier"] == metadata.version("copier")
    assert [design["design"] for design in document["designs"]] == [design.value for design in Design]
    assert document["templates"] == {"newest": history().newest, "available": [*history().available]}


def flags_of(text: str) -> set[str]:
    """Every long flag that a help page lists."""
    listed = [line.partition("   ")[0] for line in re.findall(r"^  (-.*)$", text, re.MULTILINE)]
    return {flag for line in listed for flag in re.findall(r"--[a-z-]+", line)}


def test_every_command_is_there_with_the_flags_of_its_help(
    scaffold: Run, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]
) -> None:
    """Those of the questions, too, which a command gets only when it runs."""
    monkeypatch.setenv("COLUMNS", "400")
    for command in document["commands"]:
        words = command["command"].split()[1:]
        page = scaffold(*words, "--help").out
        named = {name for flag in command["flags"] for name in (*flag["flags"], *flag["off"])}
        assert flags_of(page) == {name for name in named if name.startswith("--")} | {"--help"}, command["command"]
        for argument in command["arguments"]:
            assert argument["name"] in page.partition("\n")[0]
    listed = {command["command"] for command in document["commands"]}
    for group in ("", " template"):
        names = re.findall(
            r"^  ([a-z]+)  ", scaffold(*group.split(), "--help").out.partition("Commands:")[2], re.MULTILINE
        )
        assert {f"scaffold{group} {name}" for name in names} - {"scaffold template"} <= listed


def test_the_exit_codes_are_those_of_the_documents(document: dict[str, Any]) -> None:
    """Each stands in docs/commands.md and at the end of the help."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8").partition("Exit codes of every command: ")[2]
    codes = [code["code"] for code in document["exit_codes"]]
    assert codes == [0, 1, 2, 3, 4, 130]
    for code in codes:
        assert re.search(rf"(^|· )\s*{code} ", page.replace("\n", " ")), code


@pytest.mark.skipif(os.name == "nt", reason="Pythons have other names on Windows")
def test_pythons_are_found_by_name_and_never_started(
    tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that would not end is named as any other; this one comes first."""
    for name in ("python3.12", "python3.14t", "python3.9"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\nsleep 60\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    first, *others = json.loads(scaffold("info", "--json").out)["pythons"]
    assert first["interpreter"] == sys.executable
    this = first["version"]
    expected = [("3.12", "python3.12"), ("3.14t", "python3.14t")]
    assert [(one["version"], one["interpreter"]) for one in others] == [
        (version, str(tmp_path / name)) for version, name in expected if version != this
    ]


def test_the_text_names_what_the_json_has(scaffold: Run, document: dict[str, Any]) -> None:
    """For a person: every command with its flags, each design, each exit code."""
    lines = scaffold("info").out.splitlines()
    assert lines[0].startswith(f"scaffold {__version__}, copier ")
    for command in document["commands"]:
        names = [flag["flags"][0] for flag in command["flags"]]
        (line,) = (line for line in lines if re.match(rf"  {command['command']}( [-A-Z]|$)", line))
        assert set(names) <= set(line.split())
    for design in Design:
        assert any(line.startswith(f"  {design.value} ") and line.endswith(design.summary) for line in lines)


def test_it_starts_without_copier_and_rich() -> None:
    """Copier's version is read from its metadata; seen in a process of its own."""
    code = (
        "import sys; from scaffold.__main__ import main\n"
        "sys.argv = ['scaffold', 'info', '--json']\n"
        "try: main()\n"
        "except SystemExit as done: assert not done.code, done.code\n"
        "heavy = {'copier', 'rich', 'questionary', 'prompt_toolkit', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["versions"]["copier"]
