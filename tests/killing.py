"""Runs of the command line that end in the middle of writing: by a signal at the n-th call that touches the disk.

A process that has imported everything forks for each case, so that a thousand cases take a minute or two. What is
counted are the calls that open, make, move, remove or sync something, from the moment on in which the run has its lock.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from harness import ROOT

from scaffold.writing.record import is_staging

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from random import Random

FORKS = """
import json, os, signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job, or one of nohup's, ignores these
signal.signal(signal.SIGHUP, signal.SIG_DFL)
import tempfile
from scaffold.cli import run
from scaffold.writing import nofollow
from scaffold.writing.journal import recover
import scaffold.authoring.eject, scaffold.authoring.small, scaffold.life.update, scaffold.life.worktree
import scaffold.sources.names, scaffold.existing.survey, scaffold.writing.undo, scaffold.reports.steps
for command in ("new", "add"):
    run([command, *(["/nowhere/demo"] if command == "new" else ["/nowhere"]), "--defaults", "--dry-run"])

def arm(stop_at, number):
    seen, armed = 0, False
    def count():
        nonlocal seen
        seen += 1
        if seen == stop_at:
            os.kill(os.getpid(), number)
    def audit(event, args):
        nonlocal armed
        if event == "open" and str(args[0]).endswith("/lock"):
            armed = True
        if armed and event != "os.kill" and event.startswith(("open", "os.", "subprocess.Popen")):
            count()
    sys.addaudithook(audit)
    sync, rename = os.fsync, nofollow._renameat2  # these two raise no audit event
    os.fsync = lambda descriptor: (count(), sync(descriptor))[1]
    if rename is not None:
        nofollow._renameat2 = lambda *arguments: (count(), rename(*arguments))[1]
    return lambda: seen

def child(case):
    os.chdir(case["cwd"])
    os.environ |= case["environment"]
    tempfile.tempdir = None
    for arguments in case["setup"]:
        code = run(arguments)
        if code:
            print("setup failed", arguments, code)
            return 99
    counted = arm(case["stop_at"], case["number"])
    code = run(case["arguments"]) if case["arguments"] else recover(Path(case["dest"])) and 0
    print(counted())
    return code

for line in sys.stdin:
    case = json.loads(line)
    sys.stdout.flush()
    process = os.fork()
    if not process:
        with open(case["log"], "w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        code = child(case)
        sys.stdout.flush()
        os._exit(code or 0)
    _, status = os.waitpid(process, 0)
    print(json.dumps({"code": os.waitstatus_to_exitcode(status), "said": open(case["log"]).read()}), flush=True)
"""


@dataclass(frozen=True)
class Case:
    """A run of the command line, and the call at which it is ended; 0 is none."""

    cwd: str
    dest: str
    arguments: Sequence[str]
    """None of them: only the recovery that every writing command begins with."""
    stop_at: int = 0
    number: int = int(signal.SIGKILL)
    setup: Sequence[Sequence[str]] = ()
    """Commands that are run before, undisturbed."""
    environment: Mapping[str, str] = field(default_factory=dict)
    log: str = ""


@dataclass(frozen=True)
class Ended:
    """How one run ended, and what it said."""

    code: int
    said: str

    @property
    def calls(self) -> int:
        """How many calls were counted in a run that nothing disturbed."""
        return int(self.said.splitlines()[-1])


class Forks:
    """The process that forks for each case."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process = subprocess.Popen(
            [sys.executable, "-c", FORKS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            text=True,
        )

    def __call__(self, case: Case) -> Ended:
        """Run a case."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(asdict(case) | {"log": str(self._log)}), file=self._process.stdin, flush=True)
        while not (line := self._process.stdout.readline()).startswith("{"):
            assert line, "the process that forks has ended"
        ended = Ended(**json.loads(line))
        assert ended.code != 99, ended.said
        return ended

    def close(self) -> None:
        """End it."""
        with self._process as process:
            process.communicate(timeout=30)


def leftovers(*places: Path) -> list[str]:
    """What a run that is over may not leave: folders for new contents, and records that are no steps."""
    found = []
    for place in places:
        for folder, folders, _ in os.walk(place):
            found += [os.path.join(folder, name) for name in folders if is_staging(name)]  # noqa: PTH118  # names
            unfinished = [name for name in folders if name.startswith(("new-", "pending", "finishing"))]
            found += [f"{folder}/{name}" for name in unfinished if "/journal/" in f"{folder}/"]
    return found


def edit(dest: Path, names: Sequence[str], dice: Random) -> dict[str, bytes | None]:
    """What a user might do before the next run: each path and its content then."""
    edits: dict[str, bytes | None] = {}
    for name in dice.sample(names, min(len(names), dice.randrange(4))):
        target = dest / name
        if any(parent.is_file() for parent in target.parents) or not dest.is_dir():
            continue
        if dice.random() < 0.25 and target.exists():
            target.unlink()
            edits[name] = None
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        content = b"edit %d" % dice.randrange(10**9)
        edits[name] = content
        if dice.random() < 0.5:
            target.write_bytes(content)
        else:  # as editors save
            (target.parent / ".saved~").write_bytes(content)
            (target.parent / ".saved~").replace(target)
    return edits
