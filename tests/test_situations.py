"""Situations from public bug reports, each a program that an owner might have written around generated code.

The first lines of a program in tests/situations say where it was reported and what it prints: `# prints: ...`, or
`# prints until 3.11: ...` on older Pythons. `# limit: ...` stands where that is what we can do at best,
and `# only with a GIL: ...` where there is no telling without one.
"""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pythons
from sampling import pairs
from variants import Variant

if TYPE_CHECKING:
    from scaffold.template import Template

HERE = Path(__file__).parent / "situations"
PACKAGES = {  # what the programs import
    "stream": Variant("threadpool/map", {}),
    "processes": Variant("threadpool/map", {"kind": "process"}),
    "jobs": Variant("threadpool/jobs", {}),
    "call": Variant("threadpool/task", {}),
    "task": Variant("thread/task", {"state": False, "results": True}),
    "state_task": Variant("thread/task", {"state": True, "results": True}),
    "batch": Variant("thread/batch", {"python": "3.10"}),
    "inbox": Variant("thread/service", {"work": "inbox", "results": False}),
    "replies": Variant("thread/service", {"work": "inbox", "results": True}),
    "periodic": Variant("thread/service", {"work": "periodic", "results": True}),
    "both": Variant("thread/service", {"work": "both", "results": False}),
}


@pytest.fixture(scope="session")
def packages(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages."""
    folder = tmp_path_factory.mktemp("packages")
    for package, variant in PACKAGES.items():
        for path, content in variant.render(template, package=package).items():
            if path.parts[0] == "src":
                target = folder.joinpath(*path.parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    return folder


@cache
def said(program: str, word: str) -> list[str]:
    """Return what the first lines of a program say after a word."""
    return re.findall(rf"^# {re.escape(word)}: (.+)$", (HERE / program).read_text(encoding="utf-8"), re.MULTILINE)


def expected(program: str, version: str) -> list[str]:
    """Return the lines that a program prints on a Python."""
    for minor in range(int(version.removesuffix("t").split(".")[1]), 20):
        if older := said(program, f"prints until 3.{minor}"):
            return older
    return said(program, "prints")


PROGRAMS = sorted(path.name for path in HERE.glob("*.py"))
VERSIONS = [version for version in pythons.found() if pythons.matters_most(version)]
"""On those between nothing differed that did not on these."""


def test_every_program_says_where_it_was_reported() -> None:
    """Without an address nobody can look up what it is about; without its lines nothing is tested."""
    for program in PROGRAMS:
        assert len(said(program, "report")) == len(said(program, "design")) == 1, program
        assert said(program, "prints"), program


@pytest.mark.slow
@pytest.mark.parametrize(("program", "version"), pairs(PROGRAMS, VERSIONS))
def test_situation(program: str, version: str, packages: Path) -> None:
    """The program prints what it should, ends by itself and in order."""
    if version.endswith("t") and (reasons := said(program, "only with a GIL")):
        pytest.skip(reasons[0])
    done = subprocess.run(
        [pythons.found()[version], "-W", "ignore::DeprecationWarning", str(HERE / program)],
        env=os.environ | {"PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.splitlines() == expected(program, version), done.stderr[-5000:]
    assert done.returncode == 0, done.stderr[-5000:]
