"""One process against two on a CPU-bound function, by the code that `--workers-kind process` renders.

`python benchmarks/processes.py`: interleaved pairs in one run; the median of the pairs' ratios is the figure. It means
something on an idle machine with two cores or more only.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

AIM = 1.7
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
    map_all(work, range(1, 101), workers=workers)
    return time.perf_counter() - start

if __name__ == "__main__":
    print(json.dumps([(seconds(1), seconds(2)) for _ in range(7)]))
"""


def main() -> None:
    """Render, run, print."""
    with tempfile.TemporaryDirectory() as where:
        new = [sys.executable, "-m", "scaffold", "new", "demo", "--defaults", "--bound", "cpu"]
        subprocess.run([*new, "--workers-kind", "process"], cwd=where, check=True, capture_output=True)
        script = Path(where, "script.py")
        script.write_text(SCRIPT, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(script)],
            env=os.environ | {"PYTHONPATH": str(Path(where, "demo", "src"))},
            capture_output=True,
            text=True,
            check=True,
        )
    ratios = sorted(one / two for one, two in json.loads(done.stdout))
    print(
        f"two processes are {statistics.median(ratios):.2f} times as fast as one (aim: at least {AIM}; median of"
        f" {len(ratios)} pairs, {ratios[0]:.2f} to {ratios[-1]:.2f}; load {os.getloadavg()[0]:.1f})"
    )


if __name__ == "__main__":
    main()
