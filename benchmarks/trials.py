"""How long `scaffold template test` takes for a set of answers, beside one `copier copy` of the same template.

`python benchmarks/trials.py [ROUNDS [COPIES]]`: in each round COPIES processes of `copier copy --defaults`, one after
the other, then our command over all sets without ruff, and then with it. A set is rendered, checked and rendered again.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCAFFOLD = str(Path(sys.executable).with_name("scaffold"))
COPIER = str(Path(sys.executable).with_name("copier"))
TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
AIM = 0.2


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    copies = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    times: dict[str, list[float]] = {"copier copy": [], "without ruff": [], "with ruff": []}
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template"
        shutil.copytree(TEMPLATES, template)  # no repository: Copier would clone it each time
        for number in range(rounds + 1):  # the first warms the caches of the file system
            measured = {
                "copier copy": _copies(template, Path(folder), copies),
                "without ruff": _per_set(template, "--no-lint"),
                "with ruff": _per_set(template),
            }
            for name, seconds in measured.items():
                times[name] += [seconds] if number else []
    copier = times["copier copy"]
    print(f"one copier copy: {statistics.median(copier) * 1000:.0f} ms")
    for name in ("without ruff", "with ruff"):
        ratio = statistics.median(ours / theirs for ours, theirs in zip(times[name], copier, strict=True))
        print(f"one set {name}: {statistics.median(times[name]) * 1000:.0f} ms, ratio {ratio:.3f} (aim: {AIM})")
    load = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    print(f"{rounds} rounds of {copies} copies and every set, {os.cpu_count()} cores, load average at the end {load}")


def _copies(template: Path, where: Path, number: int) -> float:
    """Seconds for one of them."""
    out = where / "out"
    seconds = 0.0
    for _ in range(number):
        shutil.rmtree(out, ignore_errors=True)
        seconds += _run(COPIER, "copy", "--quiet", "--defaults", "--skip-tasks", str(template), str(out))[0]
    return seconds / number


def _per_set(template: Path, *flags: str) -> float:
    """Seconds for one of all sets, from the start of the command to its end."""
    seconds, printed = _run(SCAFFOLD, "template", "test", str(template), "--json", *flags)
    return seconds / int(json.loads(printed)["sets"])


def _run(*command: str) -> tuple[float, bytes]:
    """Run it; the seconds it took, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, (
        command[:3],
        done.returncode,
        done.stdout.decode()[-500:],
        done.stderr.decode()[-500:],
    )
    return time.perf_counter() - started, done.stdout


if __name__ == "__main__":
    main()
