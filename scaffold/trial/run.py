"""Trying a template: rendered by Copier with many sets of answers, and everything about the output that can be checked.

It is the author's own template, so it is rendered without a fence; what it would run is only run where that is wanted.
Copier is loaded once in each process and then used many times, which is what makes this fast.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.errors import BadDestination, one_line
from scaffold.foreign.config import load
from scaffold.git import git, own_environment
from scaffold.sources import tags
from scaffold.trial.answer_sets import AnswerSets, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# A statement of Jinja by its word: `{%` alone stands in "{%s}" too, and `{{` in any f-string.
_LEFT_OVER = re.compile(rb"\{%[-+]?\s*(?:if|elif|else|endif|for|endfor|set|include|import|from|macro|raw|block)\b")
_TEST_TIMEOUT = 600  # seconds


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What to try, and how."""

    template: Path
    exhaustive: bool = False
    lint: bool = True
    run_tests: bool = False
    trust: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one set of answers, or of an update from an earlier version."""

    answers: Row
    """Those that differ from doing nothing; all others take the template's default."""
    problems: tuple[str, ...]
    updated_from: str | None = None
    trust: bool = False
    """Whether the template's tasks and extensions were run."""

    def command(self, template: Path) -> str:
        """The command that makes the same again."""
        words = ["copier", "copy", "--defaults", "--vcs-ref", "HEAD", "--trust" if self.trust else "--skip-tasks"]
        for name, value in self.answers.items():
            words += ["--data", f"{name}={value}"]
        return shlex.join([*words, str(template), "DEST"])


def run(trial: Trial, progress: Callable[[int, int], None]) -> list[Outcome]:
    """Render every set of answers, and update from every earlier release.

    Args:
        trial: What to try.
        progress: Is told how many of how many are done.

    Raises:
        TemplateFault: It is no Copier template, or its questions cannot be read.
        BadDestination: The folder cannot be read.
        UsageError: There are too many combinations.
    """
    root = trial.template.absolute()
    if not root.is_dir():
        raise BadDestination(trial.template, "is no directory: give the template's folder")
    sets = AnswerSets(load(root), root)
    rows = sets.exhaustive() if trial.exhaustive else sets.pairwise()
    releases = _releases(root)
    with tempfile.TemporaryDirectory(prefix="scaffold-trial-") as folder:
        plain = Path(folder) / "template"
        shutil.copytree(root, plain, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        tasks: list[partial[Outcome]] = [partial(_try_row, plain, row, trial) for row in rows]
        tasks += [partial(_try_update, root, plain, release, trial) for release in releases]
        outcomes: list[Outcome] = []
        workers = min(len(tasks), os.cpu_count() or 1)
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for done in pool.map(_call, tasks):
                outcomes.append(done)
                progress(len(outcomes), len(tasks))
    return outcomes


def _call(task: partial[Outcome]) -> Outcome:
    return task()


def _releases(root: Path) -> list[str]:
    """The tags of a repository that are versions, the oldest first; none where the folder is no repository's top."""
    if not (root / ".git").exists():
        return []
    _, output = git("tag", "--list", cwd=root)
    return tags.by_version(output.decode("utf-8", "replace").split())[::-1]


# --- in the processes -----------------------------------------------------------------------------------------------


def _try_row(template: Path, row: Row, trial: Trial) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="scaffold-trial-") as folder:
        out, again = Path(folder) / "project", Path(folder) / "again" / "project"
        try:
            _render(template, out, row, trust=trial.trust)
        except Exception as error:  # noqa: BLE001  # whatever a template makes Copier raise is a finding
            return Outcome(
                row, (f"does not render: {one_line(f'{type(error).__name__}: {error}')}",), trust=trial.trust
            )
        problems = [*_python_problems(out), *_replay_problems(template, out, again, trust=trial.trust)]
        if trial.lint:
            problems += _lint_problems(out)
        if trial.run_tests:
            problems += _test_problems(out)
        return Outcome(row, tuple(problems), trust=trial.trust)


def _render(template: Path, out: Path, row: Row, *, trust: bool) -> None:
    import copier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_copy(
            str(template),
            out,
            data=row,
            defaults=True,
            overwrite=True,
            quiet=True,
            unsafe=trust,
            skip_tasks=not trust,
            settings=copier.Settings(),
        )


def _python_problems(out: Path) -> Iterator[str]:
    for path in sorted(out.rglob("*.py")):
        name, content = path.relative_to(out), path.read_bytes()
        try:
            compile(content, str(name), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            yield f"{name}: is no Python: {error}"
        if _LEFT_OVER.search(content):
            yield f"{name}: holds Jinja that was not rendered"


def _replay_problems(template: Path, out: Path, again: Path, *, trust: bool) -> Iterator[str]:
    """The answers that it records make the same project once more: else it can never be updated."""
    import yaml

    records = [path for path in out.glob(".*.y*ml") if b"_src_path" in path.read_bytes()]
    if not records:
        yield "records no answers: it can never be updated"
        return
    recorded = yaml.safe_load(records[0].read_bytes())
    _render(template, again, {k: v for k, v in recorded.items() if not k.startswith("_")}, trust=trust)
    first, second = (_contents(place) for place in (out, again))
    for path in sorted(first.keys() | second.keys()):
        if first.get(path) != second.get(path):
            yield f"{path}: is another when rendered again from the recorded answers"


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _lint_problems(out: Path) -> Iterator[str]:
    """What ruff says with the project's own settings; nothing where there are none, or there is no ruff."""
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None or not _has_ruff_settings(out):
        return
    for arguments in (("format", "--check"), ("check", "--output-format", "concise")):
        done = subprocess.run(
            [ruff, *arguments, "--no-cache", "."], cwd=out, capture_output=True, text=True, check=False
        )
        if done.returncode:
            first = (done.stdout or done.stderr).strip().splitlines()[:1]
            yield f"ruff {arguments[0]}: {' '.join(first)}"


def _has_ruff_settings(out: Path) -> bool:
    pyproject = out / "pyproject.toml"
    stated = pyproject.is_file() and b"[tool.ruff" in pyproject.read_bytes()
    return stated or any((out / name).is_file() for name in ("ruff.toml", ".ruff.toml"))


def _test_problems(out: Path) -> Iterator[str]:
    paths = os.pathsep.join([str(out / "src"), str(out)])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
            cwd=out,
            env=os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=_TEST_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield f"its tests take longer than {_TEST_TIMEOUT} seconds"
        return
    if done.returncode:
        yield f"its tests fail: {' '.join(done.stdout.strip().splitlines()[-1:])}"


def _try_update(root: Path, now: Path, release: str, trial: Trial) -> Outcome:
    """A project of an earlier release, untouched, comes to what is there now without a conflict."""
    import copier

    with tempfile.TemporaryDirectory(prefix="scaffold-trial-") as folder:
        template, project = Path(folder) / "template", Path(folder) / "project"
        _as_repository(root, now, template)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                options: dict[str, Any] = {"defaults": True, "overwrite": True, "quiet": True, "unsafe": trial.trust}
                options |= {"skip_tasks": not trial.trust, "settings": copier.Settings()}
                copier.run_copy(str(template), project, vcs_ref=release, **options)
                _commit_all(project)
                copier.run_update(project, vcs_ref="HEAD", **options)
        except Exception as error:  # noqa: BLE001  # as above
            return Outcome({}, (f"does not update: {one_line(f'{type(error).__name__}: {error}')}",), release)
        _, output = git("diff", "--name-only", "--diff-filter=U", cwd=project)
        conflicts = output.decode("utf-8", "replace").split()
        return Outcome({}, tuple(f"{name}: is in conflict after the update" for name in conflicts), release)


def _as_repository(root: Path, now: Path, place: Path) -> None:
    """The template's history, with the folder as it is now as its last commit."""
    git("clone", "--quiet", "--no-checkout", root, place, cwd=root)
    git("--work-tree", now, "add", "--all", cwd=place)
    git("commit", "--quiet", "--allow-empty", "--message", "now", cwd=place)
    git("reset", "--quiet", "--hard", cwd=place)


def _commit_all(project: Path) -> None:
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "all")):
        git(*arguments, cwd=project, env=own_environment())


def failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those with something to mend."""
    return [outcome for outcome in outcomes if outcome.problems]
