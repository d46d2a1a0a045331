"""What `scaffold probe` says of functions that are known, beside brute force; the table of docs/probe.md.

    python benchmarks/probes.py probe --label quiet --python EXE   each function of tests/corpus, probed
    python benchmarks/probes.py probe --label busy --python EXE    beside four busy loops, if it is not busy
    python benchmarks/probes.py brute --python EXE                 the throughput of all that could be chosen
    python benchmarks/probes.py table                              docs/probe.md, from what was measured so far

`--only NAME` takes some of them, `--repeats N` measures each N times, `--functions FILE` takes others (with a table
KINDS). What was measured is kept in .benchmarks/probes.jsonl, a line a measurement; the newest counts.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.probe.child.clocks import taken_by_others

if TYPE_CHECKING:
    from collections.abc import Iterator

    Row = dict[str, Any]

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "corpus"
KEPT = ROOT / ".benchmarks" / "probes.jsonl"
_BUSY_LOOPS = 4
_QUIET_TRIES, _IDLE = 20, 0.12
_SAYS_VERSION = (
    "import platform, sysconfig;"
    "print(platform.python_version() + ('t' if sysconfig.get_config_var('Py_GIL_DISABLED') else ''))"
)
_LISTS_KINDS = "import json, runpy, sys; print(json.dumps(runpy.run_path(sys.argv[1])['KINDS']))"


@contextlib.contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """The environment of the corpus: its server, and a directory with a file and a database."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "file").write_bytes(os.urandom(4 << 20))
        with contextlib.closing(sqlite3.connect(Path(folder) / "database")) as database:
            database.execute("create table numbers(number, text)")
            database.executemany("insert into numbers values(?, ?)", ((n, str(n)) for n in range(30_000)))
            database.commit()
        server = subprocess.Popen([sys.executable, str(CORPUS / "server.py")], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            yield os.environ | {"PROBE_PORT": server.stdout.readline().strip(), "PROBE_DIR": folder}
        finally:
            server.kill()
            server.wait()
            server.stdout.close()


@contextlib.contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """So many processes that take all the CPU that they get."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def probed(target: str, python: str, environment: dict[str, str]) -> Row:
    """The document that the command prints, with its defaults; or its error."""
    command = [sys.executable, "-m", "scaffold", "probe", target, "--yes", "--json", "--python", python]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    document: Row = json.loads(done.stdout or "{}")
    return document


def forced(file: Path, name: str, kind: str, python: str, environment: dict[str, str]) -> Row:
    """Rates by kind and number."""
    command = [python, str(Path(__file__).with_name("brute.py")), str(file), name, kind]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return json.loads(done.stdout or "{}") if done.returncode == 0 else {"error": done.stderr[-300:]}


def measure(options: argparse.Namespace) -> None:
    """Measure, and keep each result at once."""
    KEPT.parent.mkdir(exist_ok=True)
    version = _said_by(options.python, "-c", _SAYS_VERSION)
    wants_loops = options.label == "busy" and options.what == "probe" and os.getloadavg()[0] < _BUSY_LOOPS
    loops = _BUSY_LOOPS if wants_loops else 0
    with surroundings() as environment, busy_loops(loops):
        kinds = {
            name: kind
            for name, kind in json.loads(_said_by(options.python, "-c", _LISTS_KINDS, str(options.functions))).items()
            if name in (options.only or [name])
        }
        for _ in range(options.repeats):
            for name, kind in kinds.items():
                if options.label == "quiet":
                    _wait_for_quiet()
                load, begun = os.getloadavg()[0], time.monotonic()
                if options.what == "probe":
                    found = probed(f"{options.functions}:{name}", options.python, environment)
                else:
                    found = forced(options.functions, name, kind, options.python, environment)
                row = {
                    "what": options.what,
                    "label": options.label,
                    "python": version,
                    "functions": options.functions.stem,
                    "name": name,
                    "class": kind,
                    "load": round(load, 1),
                    "seconds": round(time.monotonic() - begun, 1),
                    "found": found,
                }
                with KEPT.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
                print(_in_a_line(row), flush=True)


def _wait_for_quiet() -> None:
    """Until half a second is idle; not for ever: how busy the machine was stands in the table."""
    for _ in range(_QUIET_TRIES):
        if taken_by_others(0.5) < _IDLE:
            return


def _said_by(python: str, *words: str) -> str:
    done = subprocess.run([python, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _in_a_line(row: Row) -> str:
    found = row["found"]
    if row["what"] == "brute" or "verdict" not in found:
        return f"{row['name']:16} {row['seconds']:5} s  load {row['load']:4}  {found}"
    verdict, profile = found["verdict"], found["profile"] or {"class": "-", "cpu_share": 0, "gil_share": 0}
    levels = " ".join(f"{one['kind'][0]}{one['workers']}:{one['calls_per_s']:.4g}" for one in found["levels"])
    right = "  " if is_right(row) else "!!"
    return (
        f"{row['name']:16} {right} {profile['class']:15} {verdict['workers_kind']:7} {verdict['workers']:3}"
        f"{' ' if verdict['certain'] else '?'} u={profile['cpu_share']} h={profile['gil_share']}"
        f" {row['seconds']:5} s  load {row['load']:4} | {levels} | {verdict['doubts']}"
    )


def is_right(row: Row) -> bool:
    """Whether the class is the one that is known, if it is; without a GIL, what holds it elsewhere is free."""
    profile = row["found"].get("profile") or {}
    known = row["class"]
    if profile.get("free_threaded") and known == "computing-gil":
        known = "computing-free"
    return not known or bool(profile.get("class") == known)


def main() -> None:
    """Measure, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["probe", "brute", "table"])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--label", default="quiet", help="quiet or busy")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--only", action="append")
    parser.add_argument("--functions", type=Path, default=CORPUS / "functions.py")
    options = parser.parse_args()
    if options.what == "table":
        import probes_table

        probes_table.write(KEPT)
    else:
        measure(options)


if __name__ == "__main__":
    main()
