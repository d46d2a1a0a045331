"""`scaffold template new`: a small template of a team's own, with its tests and its checks at every push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.authoring.repository import answers_for, check_empty, commit_first, skeleton
from scaffold.plan import Plan, check_destination
from scaffold.repositories.making import begin, is_in_repository
from scaffold.writing.publish import publish

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.questions import Answers


def plan(dest: Path, given: Answers) -> Plan:
    """The template's files.

    Raises:
        ScaffoldError: DEST cannot be made or holds something already, or an answer cannot be used.
    """
    check_destination(dest, "DIR")
    return check_empty(Plan(dest, skeleton().render(answers_for(dest, "small", given))))


def write(planned: Plan) -> bool:
    """Write it, and make a repository of it unless it lies in one; whether one was made.

    Raises:
        WriteFailed: The file system refused; nothing was changed.
        GitFailed: Git did; nothing was changed.
    """
    if is_in_repository(planned.dest.absolute().parent):
        publish(planned, "template new")
        return False
    publish(planned, "template new", make_repository=_as_repository, undoable=False)
    return True


def _as_repository(folder: Path) -> None:
    begin(folder)
    commit_first(folder, "A template, made with scaffold template new")
