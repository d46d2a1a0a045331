"""How long the command line takes, beside bare Python, an empty Typer program, Copier and cookiecutter, in one run.

`python benchmarks/command_line.py [ROUNDS]`: each command once a round, in turn; medians of the rounds' wall times.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
EMPTY_TYPER = "import typer\napp = typer.Typer()\n@app.command()\ndef main() -> None: ...\napp()\n"
PYTHON = [sys.executable]
SCAFFOLD = str(Path(sys.executable).with_name("scaffold"))
# name: command, what it is compared with, the aim for the ratio
COMMANDS: dict[str, tuple[list[str], str, float | None]] = {
    "python -c pass": ([*PYTHON, "-c", "pass"], "", None),
    "empty Typer program": ([*PYTHON, "empty_typer.py"], "", None),
    "copier copy": (
        [str(Path(sys.executable).with_name("copier")), "copy", "-q", "--defaults", str(ROOT / "templates"), "out"],
        "",
        None,
    ),
    "cookiecutter": (
        [str(Path(sys.executable).with_name("cookiecutter")), "--no-input", "-o", "out", "cookie"],
        "",
        None,
    ),
    "scaffold --version": ([SCAFFOLD, "--version"], "python -c pass", 1.5),
    "scaffold --help": ([SCAFFOLD, "--help"], "empty Typer program", 1.3),
    "scaffold advise": ([SCAFFOLD, "advise", "--defaults"], "empty Typer program", 1.3),
    "scaffold new": ([SCAFFOLD, "new", "out", "--defaults"], "copier copy", 0.8),
}


def main() -> None:
    """Measure and print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as where:
        _prepare(Path(where))
        for number in range(rounds + 1):  # the first warms the caches of the file system
            for name, (command, _, _) in COMMANDS.items():
                shutil.rmtree(Path(where) / "out", ignore_errors=True)
                started = time.perf_counter()
                subprocess.run(command, cwd=where, check=True, capture_output=True, stdin=subprocess.DEVNULL)
                if number:
                    times[name].append(time.perf_counter() - started)
    print(f"| command | median of {rounds}, ms | ratio | aim |\n| --- | ---: | ---: | ---: |")
    for name, (_, peer, aim) in COMMANDS.items():
        ratio = statistics.median(a / b for a, b in zip(times[name], times[peer], strict=True)) if peer else None
        beside = f"{ratio:.2f} of {peer} | at most {aim}" if ratio is not None else " | "
        print(f"| `{name}` | {statistics.median(times[name]) * 1000:.0f} | {beside} |")


def _prepare(where: Path) -> None:
    """An empty Typer program, and the tree that scaffold writes as a cookiecutter template of the same size."""
    (where / "empty_typer.py").write_text(EMPTY_TYPER, encoding="utf-8")
    tree = where / "cookie" / "{{ cookiecutter.name }}"
    subprocess.run([SCAFFOLD, "new", "demo", "--defaults"], cwd=where, check=True, capture_output=True)
    shutil.copytree(where / "demo", tree)
    for path in tree.rglob("*"):  # what looks like Jinja is not meant for it
        if path.is_file():
            path.write_text(f"{{% raw %}}{path.read_text(encoding='utf-8')}{{% endraw %}}", encoding="utf-8")
    (where / "cookie" / "cookiecutter.json").write_text(json.dumps({"name": "demo"}), encoding="utf-8")


if __name__ == "__main__":
    main()
