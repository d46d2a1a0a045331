"""Random schedules of each design on each Python found; `SCAFFOLD_STRESS=20000` for longer.

There are a thousand on the Pythons that matter most, and on those between two hundred: CI has half an hour.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pythons
from sampling import EVERY_WAY
from variants import Variant

if TYPE_CHECKING:
    from scaffold.questions import Answers
    from scaffold.template import Template

PROGRAMS = Path(__file__).parent / "stress"
PACKAGES: dict[str, dict[str, Answers]] = {  # what a design's program imports
    "threadpool/map": {"demo": {}},
    "threadpool/jobs": {"demo": {}},
    "threadpool/task": {"demo": {}},
    "thread/task": {"by_target": {"state": False, "results": True}, "by_subclass": {"state": True, "results": True}},
    "thread/batch": {"own_group": {"python": "3.10"}, "exception_group": {"python": "3.11"}},
    "thread/service": {
        "inbox": {"work": "inbox", "results": False},
        "replies": {"work": "inbox", "results": True},
        "periodic": {"work": "periodic", "results": True},
        "both": {"work": "both", "results": True},
    },
}
PROCESSES = {"Ctrl-C in start", "fork afterwards"}  # of every design; each process of a kind has its own number
EVENTS = {
    "threadpool/map": PROCESSES
    | {"Ctrl-C in input", "Ctrl-C in work", "Ctrl-C in body", "Ctrl-C in leaving", "exit while busy"}
    | {"all", "break", "consumer fails", "consumer interrupted", "exit", "input fails", "input interrupted"}
    | {
        "input booms",
        "dropped",
        "closed in another thread",
        "overtaken",
        "closed by a call of its own",
        "map_all",
        "for_each",
        "failing items",
        "nested",
    }
    | {"left while running", "left, and the rest was dropped", "error of the input surfaced"}
    | {"timed out", "input not yet there", "left while an earlier Ctrl-C is handled"},
    "threadpool/jobs": PROCESSES
    | {"Ctrl-C in as completed", "Ctrl-C in result", "Ctrl-C in leaving", "exit with jobs", "exit by an error"}
    | {"leave", "block fails", "block interrupted", "exit", "close", "close twice", "close and drop"}
    | {"futures", "asyncio", "deadline", "deadline passed", "asked by a future", "Ctrl-C in as completed in time"}
    | {"close without waiting", "first", "as completed", "plain", "submits", "waits for its pool", "nested pool"}
    | {"failing calls", "failing callbacks", "several submitters", "left while running"}
    | {"done", "failed", "cancelled", "dropped by the block", "error logged as nobody asked"},
    "threadpool/task": PROCESSES
    | {"Ctrl-C in get", "Ctrl-C in wait", "Ctrl-C in endless wait"}
    | {"exit with tasks", "sys.exit() with tasks", "exit with abandoned tasks"}
    | {"get", "exception", "wait", "wait in threads", "poll", "dropped at once", "dropped at the end", "abandoned"}
    | {"failing", "nested", "unfinished when asked", "error logged as nobody asked"},
    "thread/task": PROCESSES
    | {"Ctrl-C in wait", "Ctrl-C in result", "exit while running", "sys.exit() while running"}
    | {"target", "subclass", "failing", "nested"}
    | {"waited for by several", "unfinished when asked", "started by a daemon"}
    | {"asked", "waited beside", "dropped while it runs", "logged at once"}
    | {"error logged as nobody asked", "exit without asking"},
    "thread/batch": PROCESSES
    | {"Ctrl-C in wait", "exit while running"}
    | {"all", "refused", "deadline", "interrupted", "twice", "own group"}
    | {"nested", "errors collected", "still running", "not started", "error logged"},
    "thread/service": PROCESSES
    | {"Ctrl-C in setup", "Ctrl-C in ask", "Ctrl-C in stop", "Ctrl-C in send", "Ctrl-C again and again"}
    | {"exit with work", "exit by an error"}
    | {"leave", "block fails", "stop", "drop", "stop while busy", "stop from several", "stop from inside"}
    | {"setup fails", "inbox", "replies", "periodic", "both", "ticks", "stopped", "failed", "errors in a row ended it"}
    | {"left unhandled", "sender refused", "error to whoever asked", "answered"},
}


VERSIONS = pythons.found() if EVERY_WAY else [*filter(pythons.matters_most, pythons.found())]


@pytest.mark.slow
@pytest.mark.timeout(0)  # the program watches each schedule, and all together have the time below
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("design", PACKAGES)
def test_random_schedules(tmp_path: Path, template: Template, design: str, version: str) -> None:
    """Every schedule ends as the design promises, and there were as many as asked for, with all that can happen."""
    for package, options in PACKAGES[design].items():
        for path, content in Variant(design, options).render(template, package=package).items():
            if path.parts[0] == "src":
                target = tmp_path.joinpath(*path.parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    count = int(os.environ.get("SCAFFOLD_STRESS", "1000" if version == pythons.newest() else "200"))
    done = subprocess.run(
        [pythons.found()[version], str(PROGRAMS / f"{design.replace('/', '_')}.py")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "SCAFFOLD_STRESS": str(count), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=max(240, count),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-20_000:]
    report = json.loads(done.stdout)
    assert report["schedules"] == count
    if "SCAFFOLD_STRESS_SEED" not in os.environ and count >= 1000:
        assert report["processes"] >= 20
        assert EVENTS[design] <= {event for event, times in report["events"].items() if times}
