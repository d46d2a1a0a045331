"""One attempt at a template, in a process of its own: a set of answers rendered and checked, or a project updated."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from scaffold import shell
from scaffold.errors import ScaffoldError
from scaffold.foreign import hints
from scaffold.foreign.config import load
from scaffold.git import git, own_environment
from scaffold.removal import temporary_folder
from scaffold.template import ANSWERS_FILE
from scaffold.text import one_line
from scaffold.trial import checks
from scaffold.trial.answer_sets import AnswerSets, without_awkward
from scaffold.trial.questions import MALFORMED
from scaffold.trial.rendering import (
    LONGEST,
    TookTooLong,
    output_of,
    recorded_as,
    refusal,
    render,
    required_question,
    update,
)
from scaffold.trial.values import AWKWARD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scaffold.trial.leftovers import Leftovers
    from scaffold.trial.questions import Row
    from scaffold.trial.rendering import Commit

_RECORD = Path(ANSWERS_FILE)  # unless the template says otherwise
_LAST_WORDS = 4_000  # bytes


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How all attempts at a template are made."""

    template: Path
    """As the user named it, for commands."""
    folder: Path
    """For everything that attempts leave; the one that started them clears it away."""
    lint: bool
    run_tests: bool
    trust: bool
    has_tasks: bool
    given: Mapping[str, Any]
    """Answers of the author's, in every set."""
    commit: Commit | None
    leftovers: Leftovers

    @property
    def tasks_flag(self) -> str:
        """What Copier's own command takes for whether tasks are run."""
        return "--trust" if self.trust else "--skip-tasks"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of an attempt."""

    answers: Row
    """Those that differ from doing nothing; all others take the template's default."""
    problems: tuple[str, ...] = ()
    updated_from: str | None = None
    untested: bool = False
    """An update that Copier makes only with `--trust`: it refuses one from a version with tasks even to skip them."""
    alone: str = ""
    """The question that was tried with awkward text apart from all others."""
    missing: str = ""
    """The question that needs an answer, and for which there was none to try: nothing came of this attempt."""
    note: str = ""
    """Why a release could not be rendered any more: that is no fault of the template as it is now."""
    command: str
    """The command that makes the same again."""


@dataclass(frozen=True)
class Set:
    """A set of answers to render and check."""

    plain: Path
    """The template's files, without its repository."""
    answers: Row
    manner: Manner
    alone: str = ""
    """The question that is tried with awkward text apart from all others."""

    def __call__(self) -> list[Outcome]:
        """Try it."""
        answers = {**self.manner.given, **self.answers}
        with _scratch(self.manner) as folder:
            outcome = _judged(self._problems(folder, answers), self.manner, "does not render", self.plain)
        return [replace(outcome, answers=answers, alone=self.alone, command=self._command(answers))]

    def lost(self, reason: str) -> list[Outcome]:
        """What to say when the process did not come back."""
        return [Outcome(answers=self.answers, problems=(reason,), command=self._command(self.answers))]

    def _problems(self, folder: Path, answers: Row) -> Iterator[str]:
        out, manner = folder / "project", self.manner
        with recorded_as(manner.commit):
            record = _rendered(self.plain, out, answers, manner)
            yield from checks.python_problems(out)
            yield from manner.leftovers.problems(out)
            again = folder / "again" / "project"
            yield from checks.replay_problems(self.plain, out, record, again, manner.given, trust=manner.trust)
        if manner.lint:
            yield from checks.lint_problems(out, is_finished=manner.trust or not manner.has_tasks)
        if manner.run_tests:
            yield from checks.own_test_problems(out)

    def _command(self, answers: Row) -> str:
        return shell.command(_copy(self.manner, answers, "HEAD"))


@dataclass(frozen=True)
class Upgrade:
    """A release from which untouched projects have to come to what the template is now."""

    repository: Path
    """The template's history, with its files as they are now as the newest commit."""
    release: str
    more: int
    """How many sets of answers to try beside the defaults."""
    unfit: frozenset[str]
    """The questions for which awkward text is of no use."""
    manner: Manner

    def __call__(self) -> list[Outcome]:
        """Try it."""
        return [self._tried(answers) for answers in self._rows()]

    def _tried(self, answers: Row) -> Outcome:
        answers = {**self.manner.given, **answers}
        records: list[Path] = []
        outcome = _judged(self._problems(answers, records.append), self.manner, "does not update")
        outcome = replace(outcome, answers=answers, updated_from=self.release)
        return replace(outcome, command=self._command(answers, records[-1] if records else _RECORD))

    def lost(self, reason: str) -> list[Outcome]:
        """What to say when the process did not come back."""
        command = self._command(dict(self.manner.given), _RECORD)
        return [Outcome(answers={**self.manner.given}, problems=(reason,), updated_from=self.release, command=command)]

    def _rows(self) -> list[Row]:
        """The defaults, and the first sets that cover the release's own questions."""
        with _scratch(self.manner) as folder:
            files = folder / "template"
            files.mkdir()
            where = ("--git-dir", self.repository / ".git", "--work-tree", files)
            index = {"GIT_INDEX_FILE": str(folder / "index")}
            git(*where, "read-tree", "-u", "--reset", self.release, cwd=files, env=own_environment() | index)
            try:
                rows = AnswerSets(load(files), files, self.manner.given).pairwise().rows[: 1 + self.more]
                return [without_awkward(row, self.unfit) for row in rows]
            except (ScaffoldError, *MALFORMED):  # Copier will not read it either, and says why
                return [dict(self.manner.given)]

    def _problems(self, answers: Row, note_record: Callable[[Path], None]) -> Iterator[str]:
        with _scratch(self.manner) as folder:
            project = folder / "project"
            record = self._released(project, answers)
            note_record(record)
            _commit_all(project)
            update(project, record, self.manner.given, trust=self.manner.trust)
            _, output = git("diff", "--name-only", "--diff-filter=U", "-z", cwd=project)
            conflicts = [name for name in output.decode("utf-8", "replace").split("\0") if name]
            yield from (f"{name}: is in conflict after the update" for name in conflicts)

    def _released(self, project: Path, answers: Row) -> Path:
        """Render the release, which nobody can mend any more: it may need a host that is not there."""
        try:
            return _rendered(self.repository, project, answers, self.manner, self.release)
        except (TookTooLong, Exception) as error:
            if isinstance(error, refusal()):
                raise
            question = required_question(error)
            wanted = f"it asks for {question}, without a default: give an answer with --data {question}=…"
            raise _Gone(wanted if question else _said(error, self.manner, None)) from error

    def _command(self, answers: Row, record: Path) -> str:
        elsewhere = [] if record == _RECORD else ["--answers-file", str(record)]
        given = _data(self.manner.given)
        steps = [
            _copy(self.manner, answers, self.release),
            ["git", "-C", "DEST", "init", "--quiet"],
            ["git", "-C", "DEST", "add", "--all"],
            ["git", "-C", "DEST", "commit", "--quiet", "--message", "all"],
            ["copier", "update", "--defaults", "--vcs-ref", "HEAD", self.manner.tasks_flag, *given, *elsewhere, "DEST"],
        ]
        return " && ".join(map(shell.command, steps))


class _Gone(Exception):
    """A release that cannot be rendered any more."""


Attempt = Union[Set, Upgrade]


def _copy(manner: Manner, answers: Row, version: str) -> list[str]:
    words = ["copier", "copy", "--defaults", "--vcs-ref", version, manner.tasks_flag]
    return [*words, *_data(answers), shell.path_word(manner.template), "DEST"]


def _data(answers: Mapping[str, Any]) -> list[str]:
    return [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]


@contextmanager
def _scratch(manner: Manner) -> Iterator[Path]:
    with temporary_folder("tmp", manner.folder) as folder:
        yield folder


def _commit_all(project: Path) -> None:
    for arguments in (
        ("init", "--quiet"),
        ("add", "--all"),
        ("commit", "--quiet", "--allow-empty", "--message", "all"),
    ):
        git(*arguments, cwd=project)


def _rendered(template: Path, out: Path, answers: Row, manner: Manner, version: str | None = None) -> Path:
    """Render, without those answers of ours that the template refuses: they are taken out of `answers`.

    Returns:
        Where in it the answers are recorded: where the template says, or where Copier's update looks for them.
    """
    try:
        record = render(template, out, answers, trust=manner.trust, version=version)
    except ValueError as error:
        refused = _refused(answers, hints.place(error).question, manner)
        if not refused:
            raise
    else:
        return _RECORD if (out / _RECORD).is_file() and not (out / record).is_file() else record
    for name in refused:
        del answers[name]
    return _rendered(template, out, answers, manner, version)


def _refused(answers: Row, question: str | None, manner: Manner) -> Sequence[str]:
    """The answers of ours that the template refuses at this question: its own, or text that it is computed from."""
    if question is None:
        return []
    ours = [name for name in answers if name not in manner.given]
    return [question] if question in ours else [name for name in ours if answers[name] == AWKWARD]


def _judged(problems: Iterator[str], manner: Manner, failing: str, root: Path | None = None) -> Outcome:
    """All that is wrong; whatever a template makes Copier raise is one more thing that is."""
    found: list[str] = []
    told = Outcome(answers={}, command="")
    try:
        for problem in problems:
            found.append(problem)  # noqa: PERF402  # what was found before a failure counts
    except _Gone as error:
        return replace(told, note=str(error))
    except BaseException as error:  # noqa: BLE001  # the author's template may do anything, an exit too
        if isinstance(error, refusal()):
            return replace(told, untested=True)
        if missing := required_question(error):
            return replace(told, missing=missing)
        found.append(f"{failing}: {_said(error, manner, root)}")
    return replace(told, problems=tuple(found))


def _said(error: BaseException, manner: Manner, root: Path | None) -> str:
    if isinstance(error, TookTooLong):
        return f"it takes longer than {LONGEST} seconds"
    words = _last_words(manner) if manner.trust else ""
    place = hints.place(error, root).text
    kind = f"{type(error).__name__} in {place}" if place else type(error).__name__
    return f"{one_line(f'{kind}: {hints.said(error)}')}{words}"


def _last_words(manner: Manner) -> str:
    """The last line that a task printed."""
    with output_of(manner.folder).open("rb") as file:  # as long as whatever a task prints
        file.seek(max(0, file.seek(0, os.SEEK_END) - _LAST_WORDS))
        text = file.read(_LAST_WORDS).decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip()]
    return f" Its last words: {one_line(lines[-1])}" if lines else ""
