"""The benchmarks run, and write every row."""

from __future__ import annotations

import importlib.util
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
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.slow
def test_every_benchmark_runs(tmp_path: Path) -> None:
    """At a tiny size: each row has its ratio, and a peer that is not installed is skipped with the reason."""
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--quick", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    document = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    designs = set(re.findall(r"^## (thread.*)$", document, re.MULTILINE))
    ratios, _, medians = document.partition("## The medians")

    contenders = _rows(medians)
    assert {design for design, *_ in contenders} == designs
    skipped = {contender for _, _, contender, _, value in contenders if value == "skipped"}
    assert skipped == set(re.findall(r"^- Skipped on [\dt., ]+: (.*): ", document, re.MULTILINE))
    absent = [name for name in PEERS if importlib.util.find_spec(name) is None]
    for contender in skipped:
        assert contender.startswith(("Executor.map, buffersize", *absent)), contender

    rows = _rows(ratios.partition("\n## Mutants")[0].partition("\n## ")[2])
    assert len(rows) > 60
    for _, ours, beside, aim, value in rows:
        assert (value == "skipped") == bool({ours, beside} & skipped), (ours, beside)
        assert aim == "" or value == "skipped" or value.endswith((" met", " **missed**")), (ours, beside)

    chart = ET.parse(tmp_path / "benchmarks.svg").getroot()  # noqa: S314 - our own
    assert designs <= {element.text for element in chart.iter(f"{SVG}text")}
    shown = [beside for *_, beside, _, value in rows if value != "skipped" and not beside.startswith(("(in", "less"))]
    assert len(list(chart.iter(f"{SVG}circle"))) == len(shown) + 1  # one in the legend


def _rows(text: str) -> list[list[str]]:
    """The cells of all tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row, after in zip(cells, [*cells[1:], [""]], strict=True) if "---" not in (row[0], after[0])]
