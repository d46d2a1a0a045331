"""Measure the rendered designs beside their peers, and write docs/benchmarks.md and .svg: `nox -s bench`.

`python benchmarks/run.py` measures on this Python; `--python PATH`, repeated, on others, which have the peers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from document import Results, machine_of, write_document  # noqa: E402 - beside this file
from measure import BENCHMARKS  # noqa: E402
from variants import Variant  # noqa: E402

from scaffold.template import bundled  # noqa: E402

KEPT = ROOT / ".benchmarks" / "results.json"
RENDERED = {
    "many": Variant("threadpool/map", {}),
    "jobs_pool": Variant("threadpool/jobs", {}),
    "pool_task": Variant("threadpool/task", {}),
    "thread_task": Variant("thread/task", {}),
    "thread_subclass": Variant("thread/task", {"state": True}),
    "batch": Variant("thread/batch", {}),
    "inbox_service": Variant("thread/service", {}),
    "periodic_service": Variant("thread/service", {"work": "periodic"}),
}


def main() -> None:
    """Measure what is asked for, everywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="append", help="an interpreter to measure; this one by default")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the work, once: only to see that it runs")
    parser.add_argument("--again", action="store_true", help="write the document anew from what was last measured")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="where to write the document")
    options = parser.parse_args()
    if options.again:
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
        write_document(kept["machine"], [Results.from_json(one) for one in kept["results"]], options.out)
        return
    with tempfile.TemporaryDirectory() as rendered:
        render(Path(rendered))
        results: list[Results] = []
        for python in options.python or [sys.executable]:
            results.append(measure(python, rendered, quick=options.quick))
            keep(results, options.out, quick=options.quick)  # after each: a run that is broken off leaves something


def keep(results: list[Results], out: Path, *, quick: bool) -> None:
    """Write the document, and what `--again` reads."""
    machine = machine_of(results, quick=quick)
    write_document(machine, results, out)
    print(f"wrote {out / 'benchmarks.md'}", flush=True)
    if not quick:
        KEPT.parent.mkdir(exist_ok=True)
        kept = {"machine": machine, "results": [one.to_json() for one in results]}
        KEPT.write_text(json.dumps(kept), encoding="utf-8")


def render(where: Path) -> None:
    """Each design as a package of its own."""
    for package, variant in RENDERED.items():
        for path, content in variant.render(bundled(), package=package).items():
            if path.parts[0] == "src":
                target = where.joinpath(*path.parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)


def measure(python: str, rendered: str, *, quick: bool) -> Results:
    """All benchmarks on one Python, each in a process of its own."""

    def run(*arguments: str) -> dict[str, str | list[float]]:
        command = [python, str(ROOT / "benchmarks" / "measure.py"), *arguments, *(["--quick"] if quick else [])]
        environment = os.environ | {"PYTHONPATH": rendered, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
        found: dict[str, str | list[float]] = json.loads(done.stdout)
        return found

    versions = {name: str(version) for name, version in run().items()}
    results = Results(versions, {}, {})
    for design, benchmarks in BENCHMARKS.items():
        for benchmark in benchmarks.values():
            began = time.perf_counter()
            names = [[name] for name in benchmark.contenders] if benchmark.alone else [[*benchmark.contenders]]
            with ThreadPoolExecutor(2) as pool:  # two processes at a time where each has only one contender
                for found in pool.map(lambda together: run(design, benchmark.name, *together), names):  # noqa: B023
                    for name, values in found.items():
                        results.add((design, benchmark.name, name), values)
            took = time.perf_counter() - began
            print(f"Python {versions['Python']}: {design}: {benchmark.name}: {took:.0f} s", flush=True)
    return results


if __name__ == "__main__":
    main()
