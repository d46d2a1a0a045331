"""A template's repository as it begins: its files, its first commit, its first version."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import naming
from scaffold.answers import from_folder, from_git
from scaffold.errors import Refused
from scaffold.git import git
from scaffold.repositories.making import commit_all
from scaffold.repositories.user import identity
from scaffold.template import Template

if TYPE_CHECKING:
    from scaffold.plan import Plan
    from scaffold.questions import Answers, Value

VERSION = "v0.1.0"
"""The tag of the first commit: `scaffold new` and Copier look for versions, and an update needs one to start from."""


@cache
def skeleton() -> Template:
    """The files of such repositories, and what is asked about them."""
    return Template(Path(__file__).parent / "skeleton")


def answers_for(dest: Path, kind: str, given: Answers) -> dict[str, Value]:
    """All answers: those given, what the folder and git suggest, and the defaults.

    Raises:
        BadAnswer: One of them cannot be used.
    """
    naming.check_folder(dest, given)
    suggested = {**from_folder(dest), **({"team": author} if (author := from_git(dest).get("author")) else {})}
    return skeleton().complete({**given, "kind": kind}, suggested)


def check_empty(plan: Plan) -> Plan:
    """Refuse a directory with anything in it; the plan, which holds to that.

    Raises:
        Refused: It has.
    """
    if not plan.is_fresh:
        raise Refused(plan.dest, "is not empty: choose another DIR")
    return replace(plan, was_fresh=True)


def commit_first(folder: Path, message: str) -> None:
    """Commit everything, as its first version."""
    commit_all(folder, message, identity(folder), ignored=True)
    git("tag", VERSION, cwd=folder)
