"""Break the machinery of each design on purpose, and see whether its own tests notice: `nox -s mutants`.

mutmut writes the mutants; texts for people are left as they are. `python benchmarks/mutants.py thread/batch` tries
those of one design, and several may be named. A mutant that no test notices must be explained in survivors/, or the run
fails. The totals are kept in mutants.json, for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
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
    from collections.abc import Iterator

HOME = ROOT / ".benchmarks" / "mutants"
KEPT = ROOT / "benchmarks" / "mutants.json"
EXPLAINED = ROOT / "benchmarks" / "survivors"
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
        lines = [*difflib.ndiff(source.splitlines(), text.splitlines())]
        return cls(*(" ".join(line[2:].strip() for line in lines if line.startswith(sign)) for sign in ("- ", "+ ")))


@dataclass
class Tally:
    """What became of the mutants of one module."""

    killed: int = 0
    explained: int = 0
    timeouts: list[Mutant] = field(default_factory=list)
    unexplained: list[Mutant] = field(default_factory=list)

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
    parser.add_argument("--only", default="", help="variants whose name has this in it, such as process")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time")
    options = parser.parse_args()
    failed = False
    for variant in VARIANTS:
        if (not options.designs or variant.design in options.designs) and options.only in variant.name:
            tally = examine(variant, options.jobs)
            keep(variant, tally)
            print(f"{variant.name}: {tally}", flush=True)
            for mutant in tally.unexplained:
                print(f"survived:\n  - {mutant.was}\n  + {mutant.now}")
            for mutant in tally.timeouts:
                print(f"timed out:\n  - {mutant.was}\n  + {mutant.now}")
            failed |= bool(tally.unexplained)
    return int(failed)


def examine(variant: Variant, jobs: int) -> Tally:
    """Run a variant's tests on each mutant of its module, and look the survivors up."""
    module = str(variant.answers(bundled())["module"])
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(jobs):
        copies.put(_rendered(variant, HOME / f"{variant.name}-{number}"))
    project = copies.get()
    source = (project / "src" / "demo" / f"{module}.py").read_text(encoding="utf-8")
    began = time.monotonic()
    if _tried(project, module, source, timeout=300) != "survived":
        raise SystemExit(f"{variant.name}: its tests fail without any change, in {project}")
    timeout = 15 + 5 * (time.monotonic() - began)
    copies.put(project)

    def attempt(text: str) -> str:
        project = copies.get()
        try:
            return _tried(project, module, text, timeout)
        finally:
            copies.put(project)

    mutants = {text: Mutant.between(source, text) for text in _mutated(module, source)}
    explained, tally = _explained(variant.design), Tally()
    with ThreadPoolExecutor(jobs) as pool:
        for mutant, outcome in zip(mutants.values(), pool.map(attempt, mutants), strict=True):
            if outcome == "killed":
                tally.killed += 1
            elif outcome == "timed out":
                tally.timeouts.append(mutant)
            elif mutant in explained:
                tally.explained += 1
            else:
                tally.unexplained.append(mutant)
    return tally


def _rendered(variant: Variant, project: Path) -> Path:
    shutil.rmtree(project, ignore_errors=True)
    for path, content in variant.render(bundled()).items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(content)
    return project


def _mutated(module: str, source: str) -> Iterator[str]:
    """Yield the module with each of mutmut's mutations of a function.

    mutmut's own runner leads every call through a frame of its own, which keeps alive what the tests see die.
    """
    tree, mutations, _, _ = create_mutations(f"{module}.py", source)
    for mutation in mutations:
        if mutation.contained_by_top_level_function is None or _is_of_words(mutation.original_node):
            continue
        changed = tree.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        yield changed.code


def _is_of_words(node: libcst.CSTNode) -> bool:
    """Tell a text for people, which tests are not to repeat word by word."""
    return isinstance(node, libcst.SimpleString | libcst.FormattedStringText) and " " in node.value


def _tried(project: Path, module: str, text: str, timeout: float) -> str:
    (project / "src" / "demo" / f"{module}.py").write_text(text, encoding="utf-8")
    tests = [f"tests/test_{module}.py", "tests/test_cli.py"]
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
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
    mutants = set()
    for name in ("all", design.replace("/", "-")):
        path = EXPLAINED / f"{name}.toml"
        if path.exists():
            for one in tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", ()):
                assert one["why"], one
                mutants.add(Mutant(one["was"], one["now"]))
    return mutants


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
