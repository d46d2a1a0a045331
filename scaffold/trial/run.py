"""Trying a template: rendered by Copier with many sets of answers, and everything about the output that can be checked.

It is the author's own template, so it is rendered without a fence; what it would run is only run where that is wanted.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scaffold import machine
from scaffold.errors import NotTrusted, Refused, ScaffoldError, TemplateFault
from scaffold.foreign.config import load
from scaffold.git import git
from scaffold.reading import Unreadable, refuse_excess
from scaffold.removal import temporary_folder
from scaffold.repositories.borrowed import SpecialFiles, borrow, borrowed
from scaffold.repositories.found import at
from scaffold.repositories.refs import read_tags
from scaffold.sources import tags
from scaffold.text import one_line
from scaffold.trial.answer_sets import AnswerSets, Covering, without_awkward
from scaffold.trial.attempts import Attempt, Manner, Outcome, Set, Upgrade
from scaffold.trial.leftovers import leftovers
from scaffold.trial.questions import MALFORMED
from scaffold.trial.rendering import Commit
from scaffold.trial.workers import workers

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from pathlib import Path

    from scaffold.foreign.config import Config

_TRIED_WELL = 3  # of the newest releases: updates with more than the defaults
_MORE = 2


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


@dataclass
class Result:
    """What came of it so far."""

    covering: Covering = field(default_factory=lambda: Covering((), 0))
    """The sets of answers, and how many pairs of answers they hold."""
    releases: tuple[str, ...] = ()
    """Those from which updates are tried."""
    done: dict[int, list[Outcome]] = field(default_factory=dict)
    """What became of the attempts, by their numbers."""
    planned: int = 0
    """How many attempts there are: one for a set, one for a release."""

    @property
    def outcomes(self) -> list[Outcome]:
        """In the order of the attempts, however they ended."""
        return [outcome for _, found in sorted(self.done.items()) for outcome in found]

    @property
    def failures(self) -> list[Outcome]:
        """Those with something to mend."""
        return [outcome for outcome in self.outcomes if outcome.problems]

    @property
    def missing(self) -> list[str]:
        """The questions that need an answer of the author's."""
        return list(dict.fromkeys(outcome.missing for outcome in self.outcomes if outcome.missing))

    @property
    def is_complete(self) -> bool:
        """Whether every attempt came to its end."""
        return self.planned > 0 and len(self.done) == self.planned


def run(trial: Trial, result: Result) -> Generator[Sequence[Outcome]]:
    """Render every set of answers, and update from every earlier release.

    Args:
        trial: What to try.
        result: Is filled on the way: with the plan before the first attempt, then with what became of each.

    Yields:
        Nothing once the plan is made, then the outcomes of each attempt when it is done.

    Raises:
        TemplateFault: It is no Copier template, or its questions cannot be read.
        Refused: The folder cannot be read.
        NotTrusted: It loads extensions, without which it is never rendered.
        UsageError: There are too many combinations, or an answer is for no question.
    """
    if not trial.template.is_dir():
        raise Refused(trial.template, "is no directory: give the template's folder")
    with temporary_folder("scaffold-trial-") as folder:
        plain = _copied(trial.template, folder / "template")
        config = load(plain)
        extensions = config.values.get("_jinja_extensions")
        if extensions and not trial.trust:
            named = one_line(", ".join(map(str, extensions)))
            raise NotTrusted(f"the template loads extensions of Jinja ({named}): if it is yours, run with --trust")
        sets, result.covering = _answer_sets(trial, config, plain)
        if sets.required:
            flags = " ".join(f"--data {name}=…" for name in sets.required)
            raise Refused(f"the template has no default for {', '.join(sets.required)}:", f"add {flags}")
        result.releases = tuple(_releases(trial.template.absolute()))
        manner = _manner(trial, config, folder)
        awkward = sets.awkward(result.covering.rows)
        result.planned = len(awkward) + len(result.covering.rows) + len(result.releases)
        yield ()
        with workers(min(result.planned, machine.processors()), folder) as processes:
            first = [Set(plain, result.covering.rows[0], manner)]
            first += [Set(plain, answers, manner, name) for name, answers in awkward.items()]
            yield from _defaults_first(processes.made(first, result.done))
            unfit = _unfit([*awkward], result.outcomes)
            yield from processes.made(list(_others(trial, result, manner, unfit)), result.done)


def _defaults_first(found: Iterator[Sequence[Outcome]]) -> Iterator[Sequence[Outcome]]:
    """The outcome of the defaults before any of awkward text: what fails with both is no fault of the text."""
    held: list[Sequence[Outcome]] = []
    are_known = False
    for outcomes in found:
        held.append(outcomes)
        are_known = are_known or not outcomes[0].alone
        if are_known:
            yield from sorted(held, key=lambda each: bool(each[0].alone))
            held.clear()


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


def _answer_sets(trial: Trial, config: Config, root: Path) -> tuple[AnswerSets, Covering]:
    try:
        sets = AnswerSets(config, root, trial.given)
        return sets, sets.exhaustive() if trial.exhaustive else sets.pairwise()
    except MALFORMED as error:
        raise TemplateFault(config.file, f"its questions cannot be read: {error}") from error


def _manner(trial: Trial, config: Config, folder: Path) -> Manner:
    return Manner(
        template=trial.template,
        folder=folder,
        lint=trial.lint,
        run_tests=trial.run_tests,
        trust=trial.trust,
        has_tasks=bool(config.values.get("_tasks")),
        given=trial.given,
        commit=_commit(trial.template.absolute()),
        leftovers=leftovers(config, folder / "template"),
    )


def _unfit(questions: Sequence[str], outcomes: Sequence[Outcome]) -> set[str]:
    """The questions for which awkward text is of no more use: the template refuses it, or has failed with it.

    Args:
        questions: Those that were tried with it, one by one.
        outcomes: Of the defaults alone, then of each of these questions.
    """
    usual = set(outcomes[0].problems)
    tried = zip(questions, outcomes[1:], strict=True)
    return {name for name, outcome in tried if name not in outcome.answers or set(outcome.problems) - usual}


def _others(trial: Trial, result: Result, manner: Manner, unfit: set[str]) -> Iterator[Attempt]:
    """What is to be tried after the defaults alone, and awkward text alone."""
    plain = manner.folder / "template"
    yield from (Set(plain, without_awkward(answers, unfit), manner) for answers in result.covering.rows[1:])
    if not result.releases:
        return
    repository = manner.folder / "repository"
    _as_repository(trial.template.absolute(), plain, repository)
    for age, release in reversed(list(enumerate(result.releases))):
        yield Upgrade(repository, release, _MORE if age < _TRIED_WELL else 0, frozenset(unfit), manner)


def _commit(root: Path) -> Commit | None:
    """What Copier would record of the template as it is committed; none where the folder is no repository's top."""
    found = at(root)
    if found is None or found.top is None:
        return None
    try:
        with borrowed(found) as repository:
            said = [
                repository.git(*words)[1].decode().strip()
                for words in (("describe", "--tags", "--always"), ("rev-parse", "HEAD"))
            ]
    except ScaffoldError:  # it has no commit yet
        return None
    return Commit(*said)


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
