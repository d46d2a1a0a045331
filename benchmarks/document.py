"""docs/benchmarks.md from what was measured."""

from __future__ import annotations

import json
import os
import platform
import statistics
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from chart import write_chart
from measure import BENCHMARKS
from rows import LIMITS, ROWS, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Key: TypeAlias = tuple[str, str, str]  # design, benchmark, contender

_INTRODUCTION = """\
# Benchmarks

Written by `nox -s bench`, which measures the rendered code beside its peers on each Python found: do not edit.

All values are costs, so less is better. The contenders of a benchmark take turns in one process (A B C A B C …), five
rounds or more, and a ratio is that of their medians: below 1, ours costs less. Memory is read once, each contender
in a process of its own. Pools have 32 workers, their start and end are included, and `lower bound` is the least that
threads with a window can do: no errors as values, no order, no early end. Ratios of one run can be compared; times of
different runs cannot, on a machine that others use too.
"""

_MUTANTS = Path(__file__).with_name("mutants.json")
_ON_MUTANTS = """\
## Mutants

`nox -s mutants` changes one thing at a time in the machinery of each design, with mutmut's operators, and runs the
tests that are generated with it. Two kinds are counted apart: a mutant that times out, and one that no test notices but
mypy refuses, which runs in every project. Each that survives is explained in
[benchmarks/survivors](../benchmarks/survivors).
"""


@dataclass(frozen=True)
class Results:
    """What one Python gave."""

    versions: dict[str, str]
    values: dict[Key, list[float]]
    skipped: dict[Key, str]

    def add(self, key: Key, values: list[float] | str) -> None:
        """Take the values of a contender, or why there are none."""
        if isinstance(values, str):
            self.skipped[key] = values
        else:
            self.values[key] = values

    def to_json(self) -> list[object]:
        """For a file."""
        return [self.versions, [[*key, found] for key, found in (self.values | self.skipped).items()]]

    @classmethod
    def from_json(cls, kept: tuple[dict[str, str], list[tuple[str, str, str, list[float] | str]]]) -> Results:
        """From a file."""
        results = cls(kept[0], {}, {})
        for design, benchmark, contender, found in kept[1]:
            results.add((design, benchmark, contender), found)
        return results

    @property
    def version(self) -> str:
        """Such as 3.12 or 3.14t."""
        python = self.versions["Python"]
        return ".".join(python.split(".")[:2]) + ("t" if python.endswith("t") else "")

    def value(self, design: str, row: Row) -> float | None:
        """The ratio, or the value, of a row."""
        return row.value({name: statistics.median(values) for name, values in self._of(design, row).items()})

    def rounds(self, design: str, row: Row) -> list[float]:
        """The same in each round, sorted."""
        of = self._of(design, row)
        rounds = (
            row.value({name: values[number] for name, values in of.items()}) for number in range(len(of[row.ours]))
        )
        return sorted(value for value in rounds if value is not None)

    def _of(self, design: str, row: Row) -> dict[str, list[float]]:
        return {key[2]: values for key, values in self.values.items() if key[:2] == (design, row.benchmark)}

    def median(self, key: Key) -> float | None:
        """The median of a contender's rounds; None if it was skipped."""
        return statistics.median(self.values[key]) if key in self.values else None

    def meets(self, design: str, row: Row) -> bool | None:
        """Whether the aim is met; None where there is none, or nothing to judge."""
        aim, value = row.aim_on(self.version), self.value(design, row)
        return None if aim is None or value is None else value <= aim


def write_document(machine: dict[str, str], results: list[Results], where: Path) -> None:
    """Write the tables and the chart."""
    parts = [
        _INTRODUCTION,
        _table(["", ""], machine.items()),
        "![The ratios, a panel for each design](benchmarks.svg)\n",
    ]
    for design, rows in ROWS.items():
        parts += [f"## {design}\n", _ratios(design, rows, results), _missed(design, rows, results)]
    parts += [_mutants(), "## The medians\n", _medians(results), _skips(results)]
    (where / "benchmarks.md").write_text("\n".join(filter(None, parts)), encoding="utf-8")
    write_chart(results, where / "benchmarks.svg")


def machine_of(results: list[Results], *, quick: bool) -> dict[str, str]:
    """On what, with what and how this was measured just now."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), model)
    load = f", load at the end {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    peers = {f"{name} {version}" for one in results for name, version in one.versions.items() if name != "Python"}
    return {
        "machine": f"{os.cpu_count()} CPUs, {model}{load}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": ", ".join(one.versions["Python"] for one in results),
        "peers": ", ".join(sorted(peers)) or "none installed",
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "command": "`nox -s bench -- --quick`: the values mean nothing" if quick else "`nox -s bench`",
    }


def _ratios(design: str, rows: tuple[Row, ...], results: list[Results]) -> str:
    return _table(
        ["benchmark", "ours", "beside", "aim, at most", *(one.version for one in results)],
        ([row.benchmark, row.ours, _beside(design, row), _aim(row), *_cells(design, row, results)] for row in rows),
    )


def _beside(design: str, row: Row) -> str:
    unit = BENCHMARKS[design][row.benchmark].unit
    if row.difference:
        return f"less {row.peer}, in {unit}"
    return row.peer or f"(in {unit})"


def _aim(row: Row) -> str:
    if isinstance(row.aim, dict):
        aims = [f"{aim:.1f} ({version})" for version, aim in row.aim.items()]
    else:
        aims = [] if row.aim is None else [f"{row.aim:.3g}"]
    return ", ".join([*aims, *([] if row.free_threaded is None else [f"{row.free_threaded:.3g} (free-threaded)"])])


def _cells(design: str, row: Row, results: list[Results]) -> Iterator[str]:
    words = {None: "", True: " met", False: " **missed**"}
    for one in results:
        value = one.value(design, row)
        yield "skipped" if value is None else f"{value:.3g}{words[one.meets(design, row)]}"


def _missed(design: str, rows: tuple[Row, ...], results: list[Results]) -> str:
    """What was missed, how far single rounds differ, and the contender that shows the limit."""
    said = []
    for row in rows:
        where = [one for one in results if one.meets(design, row) is False]
        if where:
            said.append(f"- Missed: {row.benchmark}, {row.ours} beside {_beside(design, row)}.")
            said += [_miss(design, row, one) for one in where]
    return "\n".join([*said, ""]) if said else ""


def _miss(design: str, row: Row, one: Results) -> str:
    aim, rounds = row.aim_on(one.version) or 0.0, one.rounds(design, row)
    met = sum(value <= aim for value in rounds)
    unit = BENCHMARKS[design][row.benchmark].unit
    words = [f"  - On {one.version}, {met} of {len(rounds)} rounds meet {aim:.3g}: they gave {_span(rounds)}."]
    if row.peer:
        alone = one.values[design, row.benchmark, row.peer]
        words.append(f"{row.peer} itself took {_span(alone)} {unit}.")
    if row.key in LIMITS:
        name, what = LIMITS[row.key]
        limit = one.median((design, row.benchmark, name))
        words.append(f"For comparison: {_number(limit)} {unit} for `{name}`, {what}.")
    return " ".join(words)


def _span(values: list[float]) -> str:
    return f"{_number(min(values))} to {_number(max(values))}"


def _medians(results: list[Results]) -> str:
    return _table(
        ["design", "benchmark", "contender", "unit", *(one.version for one in results)],
        (
            [
                design,
                benchmark.name,
                name,
                benchmark.unit,
                *(_number(one.median((design, benchmark.name, name))) for one in results),
            ]
            for design, benchmarks in BENCHMARKS.items()
            for benchmark in benchmarks.values()
            for name in benchmark.contenders
        ),
    )


def _number(value: float | None) -> str:
    if value is None:
        return "skipped"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _skips(results: list[Results]) -> str:
    reasons: dict[str, list[str]] = {}
    for one in results:
        for (_, _, name), reason in one.skipped.items():
            reasons.setdefault(f"{name}: {reason}", []).append(one.version)
    said = [f"- Skipped on {', '.join(dict.fromkeys(where))}: {what}." for what, where in reasons.items()]
    return "\n".join([*said, ""]) if said else ""


def _mutants() -> str:
    """What `nox -s mutants` kept, and why those that survived may."""
    kept = json.loads(_MUTANTS.read_text(encoding="utf-8")) if _MUTANTS.exists() else {}
    rows = []
    for name, counts in kept.items():
        judged = counts["killed"] + counts["survived"]
        rows.append(
            [
                name,
                f"{counts['killed']}",
                f"{counts['killed'] / judged:.1%}",
                f"{counts['survived']}",
                f"{counts['timeouts']}",
                f"{counts['mistyped']}",
            ]
        )
    table = _table(["module", "killed", "of those judged", "survived", "timed out", "mistyped"], rows)
    return f"{_ON_MUTANTS}\n{table}" if kept else ""


def _table(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
