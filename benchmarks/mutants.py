"""Break the machinery of each design on purpose, and see whether its own tests notice: `nox -s mutants`.

mutmut writes the mutants; texts for people are left as they are. `python benchmarks/mutants.py thread/batch` tries
those of one design, and several may be named. A mutant that no test notices must be explained in survivors/, or the run
fails; so it does for an explanation of what is no mutant any more. The totals are kept in mutants.json, for
docs/benchmarks.md. The outcome of each mutant is recorded as it comes: after tests were added, `--survivors` retries
those that the last run left alive or did not come to, and takes the others from the record.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

import libcst  # noqa: E402
from mutmut.mutation.file_mutation import create_mutations  # noqa: E402
from variants import Variant  # noqa: E402

from scaffold.template import bundled  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

HOME = ROOT / ".benchmarks" / "mutants"
KEPT = ROOT / "benchmarks" / "mutants.json"
EXPLAINED = ROOT / "benchmarks" / "survivors"
PYTEST = ("-m", "pytest", "-p", "pytest_timeout", "-q", "-x", "--failed-first")
ENVIRONMENT = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # of what only scaffold's own tests need: it takes longer than most tests
    "PYTHONDONTWRITEBYTECODE": "1",
}
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


@dataclass(frozen=True)
class Mutant:
    """The lines as they were and as they are."""

    was: str
    now: str

    @classmethod
    def between(cls, source: str, text: str) -> Mutant:
        """What distinguishes two texts."""
        before, after = source.splitlines(), text.splitlines()
        blocks = [
            block for block in SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if block[0] != "equal"
        ]
        was = [line.strip() for _, start, end, _, _ in blocks for line in before[start:end]]
        now = [line.strip() for _, _, _, start, end in blocks for line in after[start:end]]
        return cls(" ".join(was), " ".join(now))


@dataclass(frozen=True)
class Change:
    """A mutant as a whole module; the key names it in the record as long as its function stays as it is."""

    mutant: Mutant
    text: str
    key: str


@dataclass
class Tally:
    """What became of the mutants of one module."""

    killed: int = 0
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
            elif outcome == "timed out":
                tally.timeouts.append(mutant)
            elif mutant in explained:
                tally.explained += 1
            else:
                tally.unexplained.append(mutant)
        return tally

    @property
    def share(self) -> float:
        """Those killed, of all that did not time out."""
        judged = self.killed + self.explained + len(self.unexplained)
        return self.killed / judged if judged else 0.0

    def __str__(self) -> str:
        """Return a line for the terminal."""
        survived = self.explained + len(self.unexplained)
        return (
            f"{self.killed} killed ({self.share:.1%}), {len(self.timeouts)} timed out,"
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
                tally = Tally.of(examine(variant, options.jobs, survivors=options.survivors), explained)
                keep(variant, tally)
                report(variant, tally)
                failed |= bool(tally.unexplained)
        failed |= _is_any_stale(design, explained)
    return int(failed)


def report(variant: Variant, tally: Tally) -> None:
    """Print the totals, and the mutants that need a look."""
    print(f"{variant.name}: {tally}")
    for mutant in tally.unexplained:
        print(f"survived:\n  - {mutant.was}\n  + {mutant.now}")
    for mutant in tally.timeouts:
        print(f"timed out:\n  - {mutant.was}\n  + {mutant.now}")
    sys.stdout.flush()


def examine(variant: Variant, jobs: int, *, survivors: bool) -> Iterator[tuple[Mutant, str]]:
    """Run a variant's tests on each mutant of its module, and yield what became of it.

    With `survivors` only on those that the record has as survived, or not at all.
    """
    module = _module(variant)
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(jobs):
        copies.put(_rendered(variant, HOME / f"{variant.name}-{number}"))
    project = copies.get()
    source = _source(variant, module)
    began = time.monotonic()
    if _tried(project, module, source, timeout=300) != "survived":
        raise SystemExit(f"{variant.name}: its tests fail without any change, in {project}")
    timeout = 15 + 5 * (time.monotonic() - began)
    copies.put(project)
    kept = HOME / f"{variant.name}.json"
    record = json.loads(kept.read_text(encoding="utf-8")) if survivors and kept.exists() else {}
    record = {key: outcome for key, outcome in record.items() if outcome != "survived"}

    def attempt(change: Change) -> str:
        project = copies.get()
        try:
            return _tried(project, module, change.text, timeout)
        finally:
            copies.put(project)

    changes = _changes(variant)
    retried = [change for change in changes if change.key not in record]
    with ThreadPoolExecutor(jobs) as pool:
        for change, outcome in zip(retried, pool.map(attempt, retried), strict=True):
            record[change.key] = outcome
            kept.write_text(json.dumps(record, indent=0), encoding="utf-8")
    return ((change.mutant, record[change.key]) for change in changes)


def _rendered(variant: Variant, project: Path) -> Path:
    shutil.rmtree(project, ignore_errors=True)
    for path, content in variant.render(bundled()).items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(content)
    return project


def _module(variant: Variant) -> str:
    return str(variant.answers(bundled())["module"])


def _source(variant: Variant, module: str) -> str:
    return variant.render(bundled())[PurePosixPath(f"src/demo/{module}.py")].decode()


@cache
def _changes(variant: Variant) -> list[Change]:
    """Return the module with each of mutmut's mutations of a function.

    mutmut's own runner leads every call through a frame of its own, which keeps alive what the tests see die.
    """
    module = _module(variant)
    source = _source(variant, module)
    changes: list[Change] = []
    tree, mutations, _, _ = create_mutations(f"{module}.py", source)
    seen, alike = set[str](), Counter[str]()
    for mutation in mutations:
        function = mutation.contained_by_top_level_function
        if function is None or _is_of_words(mutation.original_node):
            continue
        changed = tree.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        if changed.code in seen:
            continue
        seen.add(changed.code)
        mutant = Mutant.between(source, changed.code)
        name = hashlib.sha256(f"{tree.code_for_node(function)}{mutant}".encode()).hexdigest()[:16]
        alike[name] += 1
        changes.append(Change(mutant, changed.code, f"{name}-{alike[name]}"))
    return changes


def _is_of_words(node: libcst.CSTNode) -> bool:
    """Tell a text for people, which tests are not to repeat word by word."""
    return isinstance(node, libcst.SimpleString | libcst.FormattedStringText) and " " in node.value


def _tried(project: Path, module: str, text: str, timeout: float) -> str:
    (project / "src" / "demo" / f"{module}.py").write_text(text, encoding="utf-8")
    tests = [f"tests/test_{module}.py", "tests/test_cli.py"]
    run = subprocess.Popen(
        [sys.executable, *PYTEST, *tests],
        cwd=project,
        env=os.environ | ENVIRONMENT | {"PYTHONPATH": str(project / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return "killed" if run.wait(timeout) else "survived"
    except subprocess.TimeoutExpired:
        return "timed out"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)  # its tests start processes, too
        run.wait()


def _explained(design: str) -> set[Mutant]:
    """Each has a `why`, which is for the reader."""
    path = EXPLAINED / f"{design.replace('/', '-')}.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["survivor"] if path.exists() else ()
    assert all(row["why"] for row in rows)
    return {Mutant(row["was"], row["now"]) for row in rows}


def _is_any_stale(design: str, explained: Iterable[Mutant]) -> bool:
    """Print the explanations that fit no mutant of any variant, and those whose mutants no record has alive."""
    known: dict[Mutant, set[str]] = {}
    for variant in VARIANTS:
        if variant.design == design:
            kept = HOME / f"{variant.name}.json"
            record = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
            for change in _changes(variant):
                known.setdefault(change.mutant, set()).add(record.get(change.key, "not tried"))
    stale = [mutant for mutant in explained if mutant not in known]
    for mutant in stale:
        print(f"explained, and no mutant of {design}:\n  - {mutant.was}\n  + {mutant.now}")
    for mutant in explained:
        if known.get(mutant, {"survived"}) <= {"killed", "timed out"}:
            print(f"explained, and did not survive in {design}:\n  - {mutant.was}\n  + {mutant.now}")
    sys.stdout.flush()
    return bool(stale)


def keep(variant: Variant, tally: Tally) -> None:
    """Add a module's totals to those of the others."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept[variant.name] = {
        "killed": tally.killed,
        "timeouts": len(tally.timeouts),
        "survived": tally.explained + len(tally.unexplained),
        "unexplained": len(tally.unexplained),
    }
    KEPT.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
