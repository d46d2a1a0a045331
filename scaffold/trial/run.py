"""Trying a template: rendered by Copier with many sets of answers, and everything about the output that can be checked.

It is the author's own template, so it is rendered without a fence; what it would run is only run where that is wanted.
"""

from __future__ import annotations

import os
import shutil
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import active_children, get_context
from typing import TYPE_CHECKING, Any, Union

from scaffold.errors import Refused, TemplateFault
from scaffold.foreign.config import load
from scaffold.git import git
from scaffold.reading import Unreadable, refuse_excess
from scaffold.removal import temporary_folder
from scaffold.repositories.borrowed import SpecialFiles, borrow
from scaffold.repositories.found import at
from scaffold.repositories.refs import read_tags
from scaffold.sources import tags
from scaffold.trial import rendering
from scaffold.trial.answer_sets import AnswerSets
from scaffold.trial.attempts import Manner, Outcome, Set, Upgrade
from scaffold.trial.leftovers import leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scaffold.foreign.config import Config
    from scaffold.trial.answer_sets import Covering

_TRIED_WELL = 3  # of the newest releases: updates with more than the defaults
_MORE = 2

Attempt = Union[Set, Upgrade]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What to try, and how."""

    template: Path
    given: Mapping[str, Any] = field(default_factory=dict)
    """Answers in every set."""
    exhaustive: bool = False
    lint: bool = True
    run_tests: bool = False
    trust: bool = False


@dataclass(frozen=True)
class Result:
    """What came of it."""

    outcomes: tuple[Outcome, ...]
    covering: Covering
    """The sets of answers, and how many pairs of answers they hold."""

    @property
    def failures(self) -> list[Outcome]:
        """Those with something to mend."""
        return [outcome for outcome in self.outcomes if outcome.problems]


def run(trial: Trial, progress: Callable[[int, int], None]) -> Result:
    """Render every set of answers, and update from every earlier release.

    Args:
        trial: What to try.
        progress: Is told how many of how many are done.

    Raises:
        TemplateFault: It is no Copier template, or its questions cannot be read.
        Refused: The folder cannot be read.
        UsageError: There are too many combinations, or an answer is for no question.
    """
    if not trial.template.is_dir():
        raise Refused(trial.template, "is no directory: give the template's folder")
    with temporary_folder("scaffold-trial-") as folder:
        plain = _copied(trial.template, folder / "template")
        config = load(plain)
        covering = _answer_sets(trial, config, plain)
        attempts = list(_attempts(trial, config, covering, folder))
        progress(0, len(attempts))
        outcomes: dict[int, list[Outcome]] = {}
        for number, found in _made(attempts, folder):
            outcomes[number] = found
            progress(len(outcomes), len(attempts))
    return Result(tuple(outcome for _, found in sorted(outcomes.items()) for outcome in found), covering)


def _copied(template: Path, plain: Path) -> Path:
    """The template as it is now, without its repository: an author may go on editing it."""
    try:
        refuse_excess(template, without=".git")
        shutil.copytree(template, plain, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    except Unreadable as error:
        raise Refused(template, f"cannot be copied: {error.reason}") from error
    except (OSError, shutil.Error) as error:
        raise Refused(template, f"cannot be copied: {error}") from error
    return plain


def _answer_sets(trial: Trial, config: Config, root: Path) -> Covering:
    try:
        sets = AnswerSets(config, root, trial.given)
        return sets.exhaustive() if trial.exhaustive else sets.pairwise()
    except (TypeError, ValueError, AttributeError, AssertionError) as error:  # what copier.yml has may be of any type
        raise TemplateFault(config.file, f"its questions cannot be read: {error}") from error


def _attempts(trial: Trial, config: Config, covering: Covering, folder: Path) -> Iterator[Attempt]:
    root, plain = trial.template.absolute(), folder / "template"
    manner = Manner(
        template=trial.template,
        folder=folder,
        lint=trial.lint,
        run_tests=trial.run_tests,
        trust=trial.trust,
        leftovers=leftovers(config, plain),
    )
    yield from (Set(plain, answers, manner) for answers in covering.rows)
    releases = _releases(root)
    if not releases:
        return
    repository = folder / "repository"
    _as_repository(root, plain, repository)
    for age, release in reversed(list(enumerate(releases))):
        yield Upgrade(repository, release, _MORE if age < _TRIED_WELL else 0, trial.given, manner)


def _releases(root: Path) -> list[str]:
    """The tags of a repository that are versions, the newest first; none where the folder is no repository's top."""
    found = at(root)
    if found is None or found.top is None:
        return []
    return tags.by_version(read_tags(found))


def _as_repository(root: Path, now: Path, place: Path) -> None:
    """The template's history, with the folder as it is now as its last commit."""
    found = at(root)
    assert found is not None, "it has releases"
    (place / ".git").mkdir(parents=True)
    borrow(found, place / ".git")
    waits = SpecialFiles(place / ".git" / "objects").reason
    git("repack", "-a", "-d", "--quiet", cwd=place, suspects=waits)  # Copier's git is to know nothing of the other
    (place / ".git" / "objects" / "info" / "alternates").unlink()
    git("--work-tree", now, "add", "--all", cwd=place)
    git("commit", "--quiet", "--allow-empty", "--message", "now", cwd=place)
    git("reset", "--quiet", "--hard", cwd=place)


# --- processes ------------------------------------------------------------------------------------------------------


def _made(attempts: Sequence[Attempt], folder: Path) -> Iterator[tuple[int, list[Outcome]]]:
    """Each attempt's number and outcomes, as it is done.

    A process that is brought down takes the other attempts with it: they are made again, one at a time, until all that
    do so are known.
    """
    lost: list[int] = []
    with _processes(min(len(attempts), os.cpu_count() or 1), folder) as pool:
        futures = {pool.submit(attempt): number for number, attempt in enumerate(attempts)}
        for future in as_completed(futures):
            if isinstance(future.exception(), BrokenProcessPool):
                lost.append(futures[future])
            else:
                yield futures[future], future.result()
    for number in lost:
        with _processes(1, folder) as pool:
            alone = pool.submit(attempts[number])
            down = isinstance(alone.exception(), BrokenProcessPool)
            yield number, attempts[number].lost() if down else alone.result()


@contextmanager
def _processes(number: int, folder: Path) -> Iterator[ProcessPoolExecutor]:
    """So many processes; whatever interrupts, they end at once, with all that they started."""
    pool = ProcessPoolExecutor(number, get_context("spawn"), rendering.begin, (folder,))
    try:
        yield pool
    except BaseException:
        for child in active_children():
            with suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(child.pid or 0, signal.SIGKILL)
            child.kill()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
