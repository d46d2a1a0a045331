"""The benchmarks run, and write every row."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from harness import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PEERS = ("joblib", "mpire", "pebble", "tqdm")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document and the chart of a run at a tiny size."""
    where = tmp_path_factory.mktemp("benchmarks")
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--quick", "--out", str(where)]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return where


@pytest.mark.slow
def test_every_benchmark_runs(written: Path) -> None:
    """Each contender has a median; a peer that is not installed, or not in this Python, is skipped with a reason."""
    document = (written / "benchmarks.md").read_text(encoding="utf-8")
    medians = _rows(document.partition("## The medians")[2])
    assert {design for design, *_ in medians} == _designs(document)
    skipped = {contender for _, _, contender, _, value in medians if value == "skipped"}
    reasons = set(re.findall(r"^- Skipped on [\d., ]+: (.*): ", document, re.MULTILINE))
    assert skipped == reasons
    present = [name for name in PEERS if importlib.util.find_spec(name)]
    assert not [contender for contender in skipped if contender.split()[0].strip(",") in present]
    allowed = (*PEERS, *(["Executor.map, buffersize"] if sys.version_info < (3, 14) else []))
    assert all(contender.startswith(allowed) for contender in skipped), skipped


@pytest.mark.slow
def test_every_row_has_its_ratio(written: Path) -> None:
    """And none of them lacks its peer but for one that was skipped."""
    document = (written / "benchmarks.md").read_text(encoding="utf-8")
    ratios, _, medians = document.partition("## The medians")
    skipped = {contender for _, _, contender, _, value in _rows(medians) if value == "skipped"}
    rows = _rows(ratios.partition("\n## ")[2])
    assert len(rows) > 60
    for _, ours, beside, aim, value in rows:
        assert (value == "skipped") == bool({ours, beside} & skipped), (ours, beside)
        assert aim == "" or value == "skipped" or value.endswith((" met", " **missed**")), (ours, beside)


@pytest.mark.slow
def test_the_chart_has_a_panel_for_each_design(written: Path) -> None:
    """It is SVG with a dot for each ratio."""
    chart = ET.parse(written / "benchmarks.svg").getroot()  # noqa: S314 - our own
    words = {element.text for element in chart.iter("{http://www.w3.org/2000/svg}text")}
    assert words >= _designs((written / "benchmarks.md").read_text(encoding="utf-8"))
    assert len(list(chart.iter("{http://www.w3.org/2000/svg}circle"))) > 50


def _designs(document: str) -> set[str]:
    return set(re.findall(r"^## (thread.*)$", document, re.MULTILINE))


def _rows(text: str) -> list[list[str]]:
    """The cells of all tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row, after in zip(cells, [*cells[1:], [""]], strict=True) if "---" not in (row[0], after[0])]
