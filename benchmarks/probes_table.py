"""The table of docs/probe.md, from the lines that benchmarks/probes.py kept: class and choice, beside brute force."""

from __future__ import annotations

import itertools
import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Key = tuple[str, str, str]
"""What was measured (probe or brute), under which label, by which Python."""

_PAGE = Path(__file__).parent.parent / "docs" / "probe.md"
_START, _END = "<!-- corpus: produced by `nox -s probe -- table` -->\n", "<!-- end of corpus -->"
_NEAR = 0.85  # of the best: what a choice has to reach
_THREADS_WORTH, _PROCESSES_WORTH = 1.3, 1.2
_ON_CPUS = ("computing-gil", "computing-free", "own-threads", "child-processes")


@dataclass(frozen=True)
class Best:
    """What brute force says."""

    kind: str
    workers: int
    rates: dict[str, float]
    """Calls per second by kind and number."""

    @property
    def rate(self) -> float:
        """That of the best."""
        return self.rates[f"{'thread' if self.kind == 'none' else self.kind} {self.workers}"]

    def share(self, kind: str, workers: int) -> float:
        """What a choice does, of the best; between two numbers that were tried, in between."""
        known = sorted((int(key.split()[1]), rate) for key, rate in self.rates.items() if key.startswith(_name(kind)))
        if kind == "process":
            known = [(1, self.rates["thread 1"]), *known]
        for (low, slower), (high, faster) in itertools.pairwise(known):
            if low <= workers <= high:
                return (slower + (faster - slower) * (workers - low) / (high - low)) / self.rate
        return known[-1][1] / self.rate


def _name(kind: str) -> str:
    return "process" if kind == "process" else "thread"


def best_of(row: Row) -> Best:
    """The choice by the margins of the verdict: a plain loop before threads, threads before processes."""
    rates: dict[str, float] = dict(row["found"])
    if row["class"] in _ON_CPUS:  # beyond the CPUs all numbers do the same, but for noise: their median
        for kind in ("thread", "process"):
            many = [key for key in rates if key.startswith(kind) and key != "thread 1"]
            rates |= dict.fromkeys(many, statistics.median(rates[key] for key in many)) if many else {}
    one = rates["thread 1"]
    threads = max(rate for key, rate in rates.items() if key.startswith("thread"))
    processes = max((rate for key, rate in rates.items() if key.startswith("process")), default=0.0)
    kind, top = ("thread", threads) if threads >= _THREADS_WORTH * one else ("none", one)
    if processes >= max(_THREADS_WORTH * one, _PROCESSES_WORTH * top):
        kind, top = "process", processes
    if kind == "none":
        return Best(kind, 1, rates)
    numbers = (int(key.split()[1]) for key, rate in rates.items() if key.startswith(kind) and rate >= _NEAR * top)
    return Best(kind, min(numbers), rates)


def write(kept: Path) -> None:
    """Write the table into the page."""
    rows = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    text = "\n".join([*_table([row for row in rows if row["functions"] == "functions"]), *_repeated(rows)])
    for other in sorted({row["functions"] for row in rows} - {"functions"}):
        text += f"\n\n`benchmarks/{other}.py`, whose classes nobody knew before:\n\n" + "\n".join(
            _table([row for row in rows if row["functions"] == other])
        )
    head, _, rest = _PAGE.read_text(encoding="utf-8").partition(_START)
    _PAGE.write_text(f"{head}{_START}\n{text}\n\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")
    sys.stdout.write(text + "\n")


def _table(rows: list[Row]) -> list[str]:
    newest = {((row["what"], row["label"], row["python"]), row["name"]): row for row in rows}
    keys = sorted({key for key, _ in newest if key[0] == "probe"}, key=lambda key: (key[2], key[1] != "quiet", key[1]))
    names = dict.fromkeys(row["name"] for row in rows)
    kinds = {row["name"]: row["class"] for row in rows}
    known = any(kinds.values())
    heads = [f"{key[2]}, {key[1]}" for key in keys]
    lines = [
        f"| function |{' its class |' if known else ''} {' | '.join(heads)} | by brute force |",
        f"| --- |{' --- |' if known else ''}{' --- |' * len(keys)} --- |",
    ]
    for name in names:
        cells = [_cell(newest.get((key, name)), _forced(newest, key[2], name)) for key in keys]
        forced = dict.fromkeys(
            filter(None, (_said(_forced(newest, python, name)) for python in dict.fromkeys(key[2] for key in keys)))
        )
        kind = f" {kinds[name]} |" if known else ""
        lines.append(f"| `{name}` |{kind} {' | '.join(cells)} | {', '.join(forced)} |")
    return [*lines, "", *_sums(rows, newest, keys, is_known=known)]


def _forced(newest: dict[tuple[Key, str], Row], python: str, name: str) -> Best | None:
    row = next(
        (row for (key, one), row in newest.items() if key[0] == "brute" and key[2] == python and one == name), None
    )
    return None if row is None or "thread 1" not in row["found"] else best_of(row)


def _said(best: Best | None) -> str:
    return "" if best is None else _choice(best.kind, best.workers)


def _choice(kind: str, workers: int) -> str:
    return (
        "loop"
        if kind == "none"
        else f"{workers} {kind if workers == 1 else {'thread': 'threads'}.get(kind, 'processes')}"
    )


def _cell(row: Row | None, best: Best | None) -> str:
    if row is None:
        return ""
    if not row["found"].get("profile"):
        return "**no profile**"
    verdict = row["found"]["verdict"]
    text = _choice(verdict["workers_kind"], verdict["workers"]) + ("" if verdict["certain"] else " ?")
    if best is not None and row["label"] == "quiet":
        text += f" {best.share(verdict['workers_kind'], verdict['workers']):.0%}"
    found = row["found"]["profile"]["class"]
    if not row["class"]:
        return f"{found}: {text}"
    return text if _is_right(row) else f"**{found}** {text}"


def _is_right(row: Row) -> bool:
    from probes import is_right

    return is_right(row)


def _sums(rows: list[Row], newest: dict[tuple[Key, str], Row], keys: list[Key], *, is_known: bool) -> list[str]:
    """A line for each Python and label: classes right, choices near the best, how long it took, how busy it was."""
    lines = [
        "| measured | runs |" + (" class right |" if is_known else "") + " within 15% of the best | seconds | load |"
    ]
    lines.append("| --- | --- |" + (" --- |" if is_known else "") + " --- | --- | --- |")
    for key in keys:
        runs = [row for row in rows if (row["what"], row["label"], row["python"]) == key]
        shares = []
        for row in runs:
            best = _forced(newest, key[2], row["name"])
            if best is not None and row["found"].get("profile"):
                verdict = row["found"]["verdict"]
                shares.append(best.share(verdict["workers_kind"], verdict["workers"]))
        right = f" {sum(map(_is_right, runs))} |" if is_known else ""
        near = f"{sum(share >= _NEAR for share in shares)} of {len(shares)}" if shares else "not compared"
        seconds = sorted(row["seconds"] for row in runs)
        loads = sorted(row["load"] for row in runs)
        lines.append(
            f"| {key[2]}, {key[1]} | {len(runs)} |{right} {near} |"
            f" {statistics.median(seconds):.1f}, at most {seconds[-1]:.1f} | {loads[0]:.0f}-{loads[-1]:.0f} |"
        )
    return lines


def _repeated(rows: list[Row]) -> list[str]:
    """How often repeated runs of one function say the same."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        if row["what"] == "probe" and row["found"].get("profile"):
            groups.setdefault((row["python"], row["label"], row["name"]), []).append(row)
    lines = []
    for (python, label, name), runs in groups.items():
        if len(runs) < 10:
            continue
        choices = [_choice(row["found"]["verdict"]["workers_kind"], row["found"]["verdict"]["workers"]) for row in runs]
        said = ", ".join(f"{choice} {choices.count(choice)}" for choice in sorted({*choices}, key=choices.count)[::-1])
        lines.append(f"| `{name}`, {python}, {label} | {len(runs)} | {sum(map(_is_right, runs))} | {said} |")
    return (
        ["", "| again and again | runs | class right | choices |", "| --- | --- | --- | --- |", *lines] if lines else []
    )
