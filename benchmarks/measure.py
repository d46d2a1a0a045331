"""Run in a process of its own, with the rendered designs on PYTHONPATH: one benchmark, its values as JSON.

`python benchmarks/measure.py BENCHMARK CONTENDER... [--quick]`; without arguments, the versions as JSON.
"""

from __future__ import annotations

import contextlib
import gc
import json
import platform
import sys
import sysconfig
from importlib import metadata

import jobs
import pools
import services
import threads
from benchmark import Benchmark, Skip

BENCHMARKS: dict[str, dict[str, Benchmark]] = {
    design: {benchmark.name: benchmark for benchmark in benchmarks}
    for design, benchmarks in {
        "threadpool/map": pools.BENCHMARKS,
        "threadpool/jobs": jobs.BENCHMARKS,
        "thread/service": services.BENCHMARKS,
        "threadpool/task, thread/task, thread/batch": threads.BENCHMARKS,
    }.items()
}
PEERS = ("joblib", "mpire", "pebble", "tqdm")


def measure(benchmark: Benchmark, names: list[str], *, quick: bool) -> dict[str, list[float] | str]:
    """The values of each contender, a round after the other; a reason in place of what is not there."""
    found: dict[str, list[float] | str] = {}
    for number in range(1 if quick else benchmark.rounds):
        for name in names:
            contender = benchmark.contenders[name]
            values = found.setdefault(name, [])
            if isinstance(values, str):
                continue
            size = max(100, contender.size // 100) if quick else contender.size
            try:
                if number == 0 and not benchmark.alone:
                    contender.run(100)  # imports, and whatever else only the first call does
                values.append(contender.run(size))
            except Skip as reason:
                found[name] = str(reason)
            gc.collect()
    return found


def versions() -> dict[str, str]:
    """Python's and the peers'."""
    free_threaded = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    found = {"Python": platform.python_version() + free_threaded}
    for name in PEERS:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def main(arguments: list[str]) -> None:
    """Measure what is asked for."""
    quick = "--quick" in arguments
    names = [argument for argument in arguments if argument != "--quick"]
    if not names:
        print(json.dumps(versions()))
        return
    design, benchmark, *contenders = names
    print(json.dumps(measure(BENCHMARKS[design][benchmark], contenders, quick=quick)))


if __name__ == "__main__":
    main(sys.argv[1:])
