"""Break the machinery of each design on purpose, and see whether its own tests notice: `nox -s mutants`.

mutmut writes the mutants; texts for people are left as they are. `python benchmarks/mutants.py thread/batch` tries
those of one design, and several may be named. A mutant that no test notices must be explained in survivors/, or the run
fails; so it does for an explanation of what is no mutant any more. Two kinds are counted apart: those that run into a
time limit, and, of those that no test notices, what mypy refuses, as it would in every project.

The totals are kept in mutants.json, for docs/benchmarks.md. The outcome of each mutant is recorded as it comes: after
tests were added, `--survivors` retries those that the last run left alive or did not come to, and takes the others from
the record.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from mutations import Mutant, changes_of  # noqa: E402
from variants import Variant  # noqa: E402

from scaffold.template import bundled  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

HOME = ROOT / ".benchmarks" / "mutants"
KEPT = ROOT / "benchmarks" / "mutants.json"
EXPLAINED = ROOT / "benchmarks" / "survivors"
PYTEST = (  # which does not wait for the threads that a broken test leaves behind
    "-c",
    "import os, pytest, sys; code = pytest.main(sys.argv[1:]); sys.stdout.flush(); os._exit(code)",
    *("-p", "pytest_timeout", "-q", "-x", "--failed-first"),
)
NOTICED = frozenset({"killed", "timed out", "mistyped"})
ENVIRONMENT = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # of what only scaffold's own tests need: it takes longer than most tests
    "PYTHONDONTWRITEBYTECODE": "1",
}
_HANG = re.compile(rb"^HANG = (\d+)", re.MULTILINE)
"""How long a test waits for what is broken. Here that is the rule, and the machine has nothing else to do."""
VARIANTS = (  # those whose modules differ in more than words and defaults
    Variant("threadpool/map", {}),
    Variant("threadpool/map", {"kind": "process"}),
    Variant("threadpool/map", {"kind": "cluster"}),
    Variant("threadpool/jobs", {}),
    Variant("threadpool/task", {}),
    Variant("thread/task", {}),
    Variant("thread/task", {"state": True, "results": True}),
    Variant("thread/task", {"state": True, "results": False}),
    Variant("thread/batch", {"python": "3.10"}),
    Variant("thread/batch", {"python": "3.11"}),
    Variant("thread/service", {"work": "inbox", "results": True}),
    Variant("thread/service", {"work": "inbox", "results": False}),
    Variant("thread/service", {"work": "periodic", "results": True}),
    Variant("thread/service", {"work": "periodic", "results": False}),
    Variant("thread/service", {"work": "both", "results": True}),
)


Record: TypeAlias = "dict[str, tuple[Mutant, str]]"  # what became of each change, by its key


@dataclass
class Tally:
    """What became of the mutants of one module."""

    killed: int = 0
    mistyped: int = 0
    explained: int = 0
    timeouts: list[Mutant] = field(default_factory=list)
    unexplained: list[Mutant] = field(default_factory=list)

    @classmethod
    def of(cls, outcomes: Iterable[tuple[Mutant, str]], explained: Container[Mutant]) -> Tally:
        """Count the outcomes, and look the survivors up."""
        tally = cls()
        for mutant, outcome in outcomes:
            if outcome == "killed":
                tally.killed += 1
            elif outcome == "mistyped":
                tally.mistyped += 1
            elif outcome == "timed out":
                tally.timeouts.append(mutant)
            elif mutant in explained:
                tally.explained += 1
            else:
                tally.unexplained.append(mutant)
        return tally

    @property
    def share(self) -> float:
        """Those killed, of those judged."""
        judged = self.killed + self.explained + len(self.unexplained)
        return self.killed / judged if judged else 0.0

    def __str__(self) -> str:
        """Return a line for the terminal."""
        survived = self.explained + len(self.unexplained)
        return (
            f"{self.killed} killed ({self.share:.1%}), {len(self.timeouts)} timed out, {self.mistyped} mistyped,"
            f" {survived} survived, {self.explained} of them explained"
        )


def main() -> int:
    """Try the mutants of the designs that are named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("designs", nargs="*", help="such as thread/batch; all by default")
    parser.add_argument("--only", default="*", help="variants whose name is such as *process")
    parser.add_argument("--survivors", action="store_true", help="only those that the last run left alive")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time")
    options = parser.parse_args()
    failed = False
    designs = options.designs or sorted({variant.design for variant in VARIANTS})
    for design in designs:
        explained = _explained(design)
        for variant in VARIANTS:
            if variant.design == design and fnmatchcase(variant.name, options.only):
                tally = Tally.of(examine(variant, options.jobs, survivors=options.survivors).values(), explained)
                keep(variant, tally)
                report(variant, tally)
                failed |= bool(tally.unexplained)
        failed |= _is_any_stale(design, explained)
    return int(failed)


def report(variant: Variant, tally: Tally) -> None:
    """Print the totals, and the mutants that need a look."""
    print(f"{variant.name}: {tally}")
    for mutant in tally.unexplained:
        print(f"survived: {mutant}")
    for mutant in tally.timeouts:
        print(f"timed out: {mutant}")
    sys.stdout.flush()


def examine(variant: Variant, jobs: int, *, survivors: bool) -> Record:
    """Run a variant's tests on each mutant of its module, and return what became of it.

    What was noticed of a function that an earlier variant of the design has as well is not tried again here.
    With `survivors` only on those that the record has as survived, or has not.
    """
    module = str(variant.answers(bundled())["module"])
    source = variant.render(bundled())[PurePosixPath(f"src/demo/{module}.py")].decode()
    changes = changes_of(source)
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(jobs):
        copies.put(_rendered(variant, HOME / f"{variant.name}-{number}"))

    def attempt(text: str, limit: float) -> str:
        project = copies.get()
        try:
            outcome = _tried(project, module, text, limit)
            return "mistyped" if outcome == "survived" and not _is_typed(project) else outcome
        finally:
            copies.put(project)

    def check() -> float:
        began = time.monotonic()
        if attempt(source, 60) != "survived":
            raise SystemExit(f"{variant.name}: its tests fail without any change, in {HOME}")
        return time.monotonic() - began

    limit = max(6, check())
    record: Record = {change.key: (change.mutant, "not tried") for change in changes}
    for other in VARIANTS[: VARIANTS.index(variant) + survivors]:
        if other.design == variant.design:
            record |= {key: row for key, row in _recorded(other).items() if key in record and row[1] in NOTICED}
    with ThreadPoolExecutor(jobs) as pool:
        attempts = {
            pool.submit(attempt, change.text, limit): change
            for change in changes
            if record[change.key][1] == "not tried"
        }
        for done in as_completed(attempts):
            change = attempts[done]
            record[change.key] = (change.mutant, done.result())
            rows = {key: [*astuple(mutant), outcome] for key, (mutant, outcome) in record.items()}
            _record_of(variant).write_text(json.dumps(rows, indent=1), encoding="utf-8")
    check()  # again, as the order of the tests has changed: one may pass only after another
    return record


def _record_of(variant: Variant) -> Path:
    return HOME / f"{variant.name}.json"


def _recorded(variant: Variant) -> Record:
    kept = _record_of(variant)
    rows = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    return {key: (Mutant(*texts), outcome) for key, (*texts, outcome) in rows.items()}


def _rendered(variant: Variant, project: Path) -> Path:
    shutil.rmtree(project, ignore_errors=True)
    for path, content in variant.render(bundled()).items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(_HANG.sub(rb"HANG = 0.4 * \1", content))
    return project


def _tried(project: Path, module: str, text: str, limit: float) -> str:
    """Run the tests, each of which has so many seconds."""
    (project / "src" / "demo" / f"{module}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, *PYTEST, "--timeout", str(limit), f"tests/test_{module}.py", "tests/test_cli.py"]
    environment = os.environ | ENVIRONMENT | {"PYTHONPATH": str(project / "src")}
    with (project / "output").open("w+b") as output:
        run = subprocess.Popen(
            command, cwd=project, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            failed = run.wait(10 + 5 * limit)
        except subprocess.TimeoutExpired:
            return "timed out"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)  # its tests start processes, too
            run.wait()
        output.seek(0)
        if not failed:
            return "survived"
        return "timed out" if b"from pytest-timeout" in output.read() else "killed"


def _is_typed(project: Path) -> bool:
    command = [sys.executable, "-m", "mypy", "src"]
    return not subprocess.run(command, cwd=project, stdout=subprocess.DEVNULL, check=False).returncode


def _explained(design: str) -> set[Mutant]:
    """Each has a `why`, which is for the reader."""
    path = EXPLAINED / f"{design.replace('/', '-')}.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["survivor"] if path.exists() else ()
    assert all(row["why"] for row in rows)
    return {Mutant(row["where"], row["was"], row["now"]) for row in rows}


def _is_any_stale(design: str, explained: Iterable[Mutant]) -> bool:
    """Print the explanations that fit no mutant of any variant, and those whose mutants no run left alive."""
    records = [_recorded(variant) for variant in VARIANTS if variant.design == design]
    if not all(records):
        print(f"{design}: not all variants have been tried, so some explanations may be stale")
        return False
    outcomes: dict[Mutant, set[str]] = {mutant: set() for mutant in explained}
    for mutant, outcome in (row for record in records for row in record.values()):
        if mutant in outcomes:
            outcomes[mutant].add(outcome)
    for mutant, found in outcomes.items():
        if not found & {"survived", "not tried"}:
            print(f"explained, and {'did not survive' if found else 'no mutant'}: {mutant}")
    sys.stdout.flush()
    return not all(outcomes.values())


def keep(variant: Variant, tally: Tally) -> None:
    """Add a module's totals to those of the others."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept[variant.name] = {
        "killed": tally.killed,
        "timeouts": len(tally.timeouts),
        "mistyped": tally.mistyped,
        "survived": tally.explained + len(tally.unexplained),
        "unexplained": len(tally.unexplained),
    }
    KEPT.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
