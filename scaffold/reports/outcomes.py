"""What a person or a program reads about the trial of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.errors import escaped, one_line
from scaffold.trial.run import failures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scaffold.trial.run import Outcome


def outcomes_text(template: Path, outcomes: Sequence[Outcome]) -> str:
    """The failures, each with the command that makes it again, and a count."""
    lines: list[str] = []
    for outcome in failures(outcomes):
        if outcome.updated_from is not None:
            lines.append(f"update from {one_line(outcome.updated_from)}")
        else:
            lines.append(escaped(outcome.command(template)))
        lines += [f"  {one_line(problem)}" for problem in outcome.problems]
    updates = sum(outcome.updated_from is not None for outcome in outcomes)
    counted = f"{len(outcomes) - updates} sets of answers, {updates} updates"
    return "\n".join([*lines, f"{counted}: {len(failures(outcomes)) or 'none'} failed"])


def outcomes_json(template: Path, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The same as data."""
    return {
        "template": str(template),
        "sets": sum(outcome.updated_from is None for outcome in outcomes),
        "updates": [outcome.updated_from for outcome in outcomes if outcome.updated_from is not None],
        "failures": [
            {
                "answers": {name: str(value) for name, value in outcome.answers.items()},
                "updated_from": outcome.updated_from,
                "problems": list(outcome.problems),
                "command": outcome.command(template) if outcome.updated_from is None else None,
            }
            for outcome in failures(outcomes)
        ],
    }
