"""What a person or a program reads about the trial of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scaffold.trial.run import Result


def outcomes_text(result: Result) -> str:
    """The failures, each with the command that makes it again, and a count."""
    return "\n".join(_lines(result))


def _lines(result: Result) -> Iterator[str]:
    for outcome in result.failures:
        yield outcome.command
        yield from (f"  {one_line(problem)}" for problem in outcome.problems)
    updates = sum(outcome.updated_from is not None for outcome in result.outcomes)
    untested = sum(outcome.untested for outcome in result.outcomes)
    if unmet := result.covering.unmet:
        met = f"{result.covering.met:,} pairs of answers met"
        yield f"{met}, {unmet:,} did not: most of these cannot, as a question is not asked or an answer refused"
    if untested:
        yield f"{untested} updates not tested: the template runs commands or loads extensions; add --trust"
    counted = f"{len(result.outcomes) - updates} sets of answers, {updates - untested} updates"
    yield f"{counted}: {len(result.failures) or 'none'} failed"


def outcomes_json(template: Path, result: Result) -> dict[str, object]:
    """The same as data."""
    updates = [outcome for outcome in result.outcomes if outcome.updated_from is not None]
    tested, untested = ([each for each in updates if each.untested is what] for what in (False, True))
    return {
        "template": str(template),
        "sets": len(result.outcomes) - len(updates),
        "updates": list(dict.fromkeys(outcome.updated_from for outcome in tested)),
        "updates_not_tested": list(dict.fromkeys(outcome.updated_from for outcome in untested)),
        "pairs": result.covering.met,
        "unmet": result.covering.unmet,
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
