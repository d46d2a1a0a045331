"""The examples of the docs: real programs, made by editing the owner's files alone."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest
import pythons
from harness import ROOT
from test_generated import check, ruff

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

EXAMPLES = ROOT / "docs" / "examples"
PLACES = {"work.py": "src/demo/work.py", "__main__.py": "src/demo/__main__.py", "test_work.py": "tests/test_work.py"}


@pytest.mark.slow
@pytest.mark.parametrize("example", ["link_checker", "sqlite_writer", "job_runner"])
def test_an_example_is_made_of_the_owners_files(here: Path, scaffold: Run, example: str) -> None:
    """With them in place every test passes on the newest Python, types are strict, and there is no lint."""
    answers = str(EXAMPLES / example / "answers.yml")
    made = scaffold("new", "demo", "--defaults", "--answers", answers)
    assert made.code == 0, made.err
    project = here / "demo"
    for name, place in PLACES.items():
        shutil.copyfile(EXAMPLES / example / name, project / place)
    check(ruff("format", "--check", "."), project)
    check(ruff("check", "."), project)
    check([sys.executable, "-m", "mypy", "--cache-dir", str(here / "cache")], project)
    check(
        [pythons.with_pytest(pythons.newest()), "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        project,
        PYTHONPATH="src",
    )
