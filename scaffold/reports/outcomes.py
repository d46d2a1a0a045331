"""What a person or a program reads about the trial of a template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scaffold.trial.attempts import Outcome
    from scaffold.trial.run import Result


def plan_text(result: Result) -> str:
    """What is about to be tried."""
    releases = len(result.releases)
    updates = f", and updates from {releases} releases" if releases else ""
    return f"{result.planned - releases} sets of answers to try{updates}"


class Findings:
    """What is told of each outcome as it comes: every problem once, however many sets of answers meet it."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()
        self.repeated = 0
        """Failures of which nothing was told, as others have failed in the same way."""

    def text(self, outcomes: Iterable[Outcome]) -> str:
        """The failures among these, each with the command that makes it again; empty where nothing is new."""
        return "\n".join(line for outcome in outcomes for line in self._lines(outcome))

    def _lines(self, outcome: Outcome) -> Iterator[str]:
        if outcome.missing and self._is_new(outcome.missing):
            yield _missing(outcome.missing)
        updated = bool(outcome.updated_from)
        new = [problem for problem in outcome.problems if self._is_new(f"{updated} {_kind(problem)}", outcome.alone)]
        self.repeated += bool(outcome.problems) and not new
        if new:
            yield outcome.command
            yield from (f"  {one_line(problem)}" for problem in new)

    def _is_new(self, what: str, of: str = "") -> bool:
        """Whether it was told neither in general nor of this question."""
        is_new = not {(what, ""), (what, of)} & self._told
        self._told.add((what, of))
        return is_new


def _kind(problem: str) -> str:
    """A problem without what differs between sets of answers: its numbers, and the answers that it quotes."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|[0-9]+", "", problem)


def _missing(question: str) -> str:
    return one_line(f"question {question} is required and has no default: give an answer with --data {question}=…")


def summary_text(result: Result, repeated: int) -> str:
    """The numbers, and what was not tried; after what `Findings` has told."""
    return "\n".join(_summary(result, repeated))


def _summary(result: Result, repeated: int) -> Iterator[str]:
    if unmet := result.covering.unmet:
        met = f"{result.covering.met:,} pairs of answers met"
        yield f"{met}, {unmet:,} did not: most of these cannot, as a question is not asked or an answer refused"
    yield from _not_tried(result)
    if repeated:
        yield f"{repeated} more fail in the same way; --json has them all"
    tried = [outcome for outcome in result.outcomes if not _is_left_out(outcome)]
    updates = sum(outcome.updated_from is not None for outcome in tried)
    stopped = "" if result.is_complete else f"interrupted after {len(result.done)} of {result.planned}: "
    failed = len(result.failures) or "none"
    yield f"{stopped}{len(tried) - updates} sets of answers, {updates} updates: {failed} failed"


def _is_left_out(outcome: Outcome) -> bool:
    return bool(outcome.untested or outcome.missing or outcome.note)


def _not_tried(result: Result) -> Iterator[str]:
    if untested := sum(outcome.untested for outcome in result.outcomes):
        yield f"{untested} updates not tested: the template runs commands or loads extensions; add --trust"
    kinds: dict[str, dict[str, str]] = {}
    for outcome in result.outcomes:
        if outcome.note and outcome.updated_from:
            kinds.setdefault(_kind(outcome.note), {}).setdefault(outcome.updated_from, outcome.note)
    reached = {outcome.updated_from for outcome in result.outcomes if not _is_left_out(outcome)}
    for reasons in kinds.values():
        newest, *older = sorted(reasons, key=result.releases.index)
        others = f" and {len(older)} older" if older else ""
        part = "" if reached.isdisjoint(reasons) else " with some of the answers"
        why = one_line(reasons[newest])
        yield f"note: no update from {newest}{others}{part}, which cannot be rendered any more: {why}"
    for question in result.missing:
        number = sum(outcome.missing == question for outcome in result.outcomes)
        yield f"{number} sets and updates not tried for want of an answer to {one_line(question)}"


def outcomes_json(template: Path, result: Result) -> dict[str, object]:
    """The same as data."""
    updates = [outcome for outcome in result.outcomes if outcome.updated_from is not None]
    return {
        "template": str(template),
        "complete": result.is_complete,
        "sets": len(result.outcomes) - len(updates),
        "updates": _releases(outcome for outcome in updates if not _is_left_out(outcome)),
        "updates_not_tested": _releases(outcome for outcome in updates if outcome.untested),
        "pairs": result.covering.met,
        "unmet": result.covering.unmet,
        "missing": result.missing,
        "notes": [
            {"updated_from": outcome.updated_from, "reason": outcome.note} for outcome in updates if outcome.note
        ],
        "failures": [
            {
                "answers": {name: str(value) for name, value in outcome.answers.items()},
                "updated_from": outcome.updated_from,
                "problems": list(outcome.problems),
                "command": outcome.command,
            }
            for outcome in result.failures
        ],
    }


def _releases(outcomes: Iterable[Outcome]) -> list[str | None]:
    return list(dict.fromkeys(outcome.updated_from for outcome in outcomes))
