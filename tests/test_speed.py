"""What a choice is for shows in time: processes for work in Python itself."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from test_generated import write
from variants import Variant

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.template import Template

SCRIPT = """
import json, time
from demo.threadpool_map import map_all

def work(number):
    total = 0
    for step in range(200_000):
        total += step * number % 7
    return total

def seconds(workers):
    start = time.perf_counter()
    map_all(work, range(1, 41), workers=workers)
    return time.perf_counter() - start

if __name__ == "__main__":
    print(json.dumps([(seconds(1), seconds(2)) for _ in range(12)]))
"""


def cpus() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@pytest.mark.slow
@pytest.mark.skipif(cpus() < 2, reason="needs two cores to be twice as fast on them")
def test_two_processes_are_nearly_twice_as_fast_as_one(tmp_path: Path, template: Template) -> None:
    """For a CPU-bound function: the best times of interleaved pairs, since others may want the cores too."""
    project = write(Variant("threadpool/map", {"kind": "process"}).render(template), tmp_path)
    script = project / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    pairs: list[tuple[float, float]] = json.loads(done.stdout)
    best = min(one for one, _ in pairs) / min(two for _, two in pairs)
    median = statistics.median(one / two for one, two in pairs)
    print(f"two processes against one: best times {best:.2f}, median of the pairs {median:.2f} times as fast")
    assert best >= 1.7
