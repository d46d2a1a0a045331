"""D: does a default pass what its own question demands? Evaluated in `sandbox`, apart from this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scaffold.lint.findings import Found, Severity, rule
from scaffold.lint.known import CONFIGURING, COPIER_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.lint.source import Source

_PROMPT = CONFIGURING + "#advanced-prompt-formatting"


@rule(
    "D001",
    Severity.ERROR,
    finds="a default that its own validator refuses",
    because="Copier validates a default before it asks, and stops: even in a terminal nobody can give another answer.",
    remedy="leave out `default` to require an answer and show an example as `placeholder`, or correct one of the two",
    url=COPIER_SOURCE + "_user_data.py",
)
def refused(source: Source) -> Iterator[Found]:
    """Defaults for which the validator has something to say."""
    for name, outcome in source.outcomes.items():
        if outcome.refused:
            yield source.place(name, "default"), f"question `{name}`: its validator says {outcome.refused!r}"


@rule(
    "D002",
    Severity.ERROR,
    finds="a default that is none of the choices",
    because="Copier stops at it, before anybody is asked.",
    remedy="give the value of a choice, not its label; put numbers such as 3.10 in quotes in both places",
    url=_PROMPT,
)
def no_choice(source: Source) -> Iterator[Found]:
    """Defaults that cannot be chosen."""
    for name, outcome in source.outcomes.items():
        if outcome.no_choice:
            yield source.place(name, "default"), f"question `{name}`: the default {outcome.no_choice}"


@rule(
    "D003",
    Severity.ERROR,
    finds="a default or choice that is not of the question's type",
    because="Copier stops at it, or takes something else: any word is true for a bool, 1.5 is 1 for an int.",
    remedy="correct the type or the value; leave out `default` to require an answer",
    url=_PROMPT,
)
def wrong_type(source: Source) -> Iterator[Found]:
    """Values that cannot be cast."""
    for name, outcome in source.outcomes.items():
        if outcome.wrong_type:
            key = "choices" if outcome.wrong_type.startswith("the choice") else "default"
            subject = "" if key == "choices" else "the default "
            yield source.place(name, key), f"question `{name}`: {subject}{outcome.wrong_type}"


@rule(
    "D004",
    Severity.ERROR,
    finds="a secret question without a default",
    because="Copier refuses the template: a secret is not recorded, so that an update has only the default.",
    remedy='give one, such as `default: ""`',
    url=CONFIGURING + "#secret_questions",
)
def secret_without_default(source: Source) -> Iterator[Found]:
    """Secrets that say nothing under `default`."""
    for question in source.questions:
        if question.name in source.secrets and question.get("default") is None:
            yield question.key.place, f"the secret question `{question.name}` has no default"


@rule(
    "D005",
    Severity.WARNING,
    finds="a question that takes too long or too much memory to evaluate",
    because="It exceeded a second or a gigabyte, so that neither it nor the questions after it were checked.",
    remedy="make the expressions of its default, choices and validator simpler",
    url=_PROMPT,
)
def endless(source: Source) -> Iterator[Found]:
    """The question at which evaluation was stopped."""
    if source.stopped_at is not None:
        yield source.place(source.stopped_at, "default"), f"question `{source.stopped_at}` could not be evaluated"


RULES: Final = (refused, no_choice, wrong_type, secret_without_default, endless)
