"""One worker against two on a CPU-bound function, by the code that `--workers-kind process` renders.

`python benchmarks/processes.py [--python PATH]...`: interleaved pairs in one run; the median of the pairs' ratios is
the figure. On a free-threaded Python threads are measured too: there they do what takes processes elsewhere. It means
something on an idle machine with two cores or more only.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

AIM = 1.7
SCRIPT = """
import json, sys, time
from demo.many import map_all

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
    version = ".".join(map(str, sys.version_info[:2]))
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(json.dumps([version, has_gil, [(seconds(1), seconds(2)) for _ in range(7)]]))
"""


def main() -> None:
    """Render, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="append", help="an interpreter to measure; this one by default")
    with tempfile.TemporaryDirectory() as where:
        for kind in ("process", "thread"):
            new = [
                sys.executable,
                "-m",
                "scaffold",
                "new",
                f"{where}/{kind}",
                "--defaults",
                "--package",
                "demo",
                "--module",
                "many",
            ]
            subprocess.run([*new, "--bound", "cpu", "--workers-kind", kind], check=True, capture_output=True)
        for python in parser.parse_args().python or [sys.executable]:
            if not measure(python, Path(where), "process"):
                measure(python, Path(where), "thread")


def measure(python: str, where: Path, kind: str) -> bool:
    """Print the figure of one kind on one Python; whether that has the GIL."""
    script = where / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [python, str(script)],
        env=os.environ | {"PYTHONPATH": str(where / kind / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    version, has_gil, pairs = json.loads(done.stdout)
    ratios = sorted(one / two for one, two in pairs)
    print(
        f"Python {version}{'' if has_gil else 't'}, {kind}: two are {statistics.median(ratios):.2f} times as fast"
        f" as one (aim: at least {AIM}; median of {len(ratios)} pairs, {ratios[0]:.2f} to {ratios[-1]:.2f};"
        f" load {os.getloadavg()[0]:.1f})",
        flush=True,
    )
    return bool(has_gil)


if __name__ == "__main__":
    main()
