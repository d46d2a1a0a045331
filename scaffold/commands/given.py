"""What commands that ask have in common: which questions there are, and the answers that were given."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.answers import read_answers
from scaffold.computing import computing_of
from scaffold.errors import UsageError
from scaffold.questions import ADVICE_QUESTIONS, DESIGN_QUESTION, SCOPE, Answers, Question, without_effect
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.recommend import Recommendation
    from scaffold.sources.names import Names


def advice_questions() -> Sequence[Question]:
    """What can be said about the work, and the design."""
    return (*ADVICE_QUESTIONS, DESIGN_QUESTION)


def project_questions() -> Sequence[Question]:
    """And what the bundled templates ask about a project."""
    from scaffold.template import bundled

    return (*advice_questions(), *bundled().questions_of("project"))


def module_questions() -> Sequence[Question]:
    """And what they ask about a module in an existing project."""
    from scaffold.template import bundled

    return (*advice_questions(), *bundled().questions_of("module"))


def changeable_questions() -> Sequence[Question]:
    """What can be answered anew by a flag: all but a module's name, since `--module` says which one is meant."""
    from scaffold.template import bundled

    return [question for question in bundled().all_questions if question.name != "module"]


def authoring_questions() -> Sequence[Question]:
    """What is asked about a template of the user's own."""
    from scaffold.authoring.repository import skeleton

    return [question for question in skeleton().questions if question.name != "kind"]


def with_file(path: str | None, given: Answers, questions: Sequence[Question]) -> Answers:
    """The answers of a file, and over them those of the flags."""
    return given if path is None else {**read_answers(Path(path), questions), **given}


def with_scoped_file(path: str | None, given: Answers, scope: str) -> Answers:
    """The same for a project or a module, whose own recorded answers can be given, too.

    Raises:
        UsageError: The file has the answers of the other.
    """
    from scaffold.template import bundled

    questions = [q for q in bundled().questions if q.name == SCOPE]
    known = {**with_file(path, {}, [*questions, *advice_questions(), *bundled().questions_of(scope)])}
    stated = known.pop(SCOPE, scope)
    if stated != scope:
        other = "new" if stated == "project" else "add"
        msg = f"--answers {path}: these are the answers of a {stated}: give them to scaffold {other}"
        raise UsageError(msg)
    return {**known, **given}


def team_names() -> Names | None:
    """The templates that the user and their team have names for; None, and nothing read, where there are none."""
    from scaffold.places import names_file

    if not os.path.lexists(names_file()):
        return None
    from scaffold.sources.names import load

    return load()


def note_answers(
    given: Answers, answers: Answers, recommendation: Recommendation | None, *, measured: Answers, asked: bool
) -> None:
    """Say which given answers change nothing, what speaks against a given design, and what runs work that computes.

    Args:
        given: What flags and files said.
        answers: All of it, complete.
        recommendation: What follows from it; None, where all of that is printed.
        measured: What was given, with what a probe found.
        asked: Whether somebody was asked for the rest, and has seen all this.
    """
    for question in without_effect(given, answers):
        output.say_note(f"{question.flag} changes nothing for {answers['design']}")
    if recommendation is not None and not asked:
        from scaffold.conversation.summary import beside

        if text := beside(given, recommendation):
            output.say_note(text)
    computing = computing_of(answers)
    chosen = asked or not {"workers_kind", "releases_gil"}.isdisjoint(measured)
    if computing and (computing.workers == "thread" or not chosen):
        output.say_note(computing.text)
