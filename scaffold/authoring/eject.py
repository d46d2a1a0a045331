"""`scaffold template eject`: the bundled templates as a repository of the user's own, which can merge later versions.

Its branch `scaffold` is the history that ships with scaffold, a commit for each version; `main` begins at its end with
one commit that makes the templates the user's. A later version only moves the branch `scaffold`: what to do with it is
for the user and `git merge` (docs/adr/0010).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold.authoring.repository import VERSION, answers_for, check_empty, commit_first, skeleton
from scaffold.errors import Refused
from scaffold.git import git, own_environment
from scaffold.life.history import history
from scaffold.plan import Plan, check_destination
from scaffold.repositories.borrowed import borrowed
from scaffold.repositories.found import at
from scaffold.repositories.giving import check_own, checked_out, give
from scaffold.repositories.making import begin
from scaffold.repositories.refs import read_refs
from scaffold.writing.publish import publish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scaffold.questions import Answers

BRANCH = "scaffold"

# The lines that are wrong once the templates are somebody else's, and what stands there instead.
_REWORDED = {
    "copier.yml": (
        """\
# The one root of the bundled templates. The workload's questions come first; they are produced
# from scaffold/questions.py and scaffold/rules.py by `nox -s generate`.
""",
        "# The questions about the work come first: scaffold answers those that keep their name and values.\n",
    ),
    "workload.yml": (
        "# Produced from scaffold/rules.py and scaffold/questions.py by `nox -s generate`: do not edit.\n",
        "# What scaffold asks about the work. It answers the questions here that keep their name and values.\n",
    ),
    "why.md.jinja": (
        "{# Produced from scaffold/rules.py and scaffold/questions.py by `nox -s generate`: do not edit. #}\n",
        "{# The reasons that scaffold gives for a design. #}\n",
    ),
}


@dataclass(frozen=True)
class Ejected:
    """An ejected repository: which of our versions it has, and which this scaffold has."""

    dest: Path
    has: str
    newest: str


def plan(dest: Path, given: Answers) -> Plan:
    """The files of the repository.

    Raises:
        ScaffoldError: DEST cannot be made or holds something already, or an answer cannot be used.
    """
    check_destination(dest, "DIR")
    root = history().template(history().newest).root
    files = {
        PurePosixPath(path.relative_to(root).as_posix()): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }
    for name, (ours, theirs) in _REWORDED.items():
        path = PurePosixPath(name)
        assert ours.encode() in files[path], f"{name} does not begin as it did"
        files[path] = files[path].replace(ours.encode(), theirs.encode())
    files |= skeleton().render(answers_for(dest, "ejected", given))
    return check_empty(Plan(dest, dict(sorted(files.items()))))


def write(planned: Plan) -> None:
    """Write it, with its history.

    Raises:
        WriteFailed: The file system refused; nothing was changed.
        GitFailed: Git did; nothing was changed.
    """
    publish(planned, "template eject", make_repository=_as_repository, undoable=False)


def versions() -> dict[str, object]:
    """Which of our versions a repository begins with, and the version that it gets itself."""
    return {"has": history().newest, "version": VERSION}


def _as_repository(folder: Path) -> None:
    newest = history().newest
    begin(folder)
    _fetch(folder, newest)
    git("update-ref", f"refs/heads/{BRANCH}", history().commits[newest], cwd=folder)
    git("update-ref", "HEAD", history().commits[newest], cwd=folder)
    git("reset", "--quiet", "--mixed", cwd=folder)
    commit_first(folder, f"Templates of our own, from version {newest} of scaffold's")


def _fetch(folder: Path, version: str, settings: Mapping[str, str] | None = None) -> None:
    bundle = history().bundle.absolute()
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    git("fetch", *options, bundle, f"refs/tags/{version}", cwd=folder, env=own_environment(settings))


# --- later versions -------------------------------------------------------------------------------------------------


def find(dest: Path) -> Ejected | None:
    """What an ejected repository is at; None where there is none.

    Raises:
        Refused: Its history is not all here.
        RepositoryFault: It cannot be read.
    """
    found = at(dest)
    if found is None or found.top is None:
        return None
    with borrowed(found) as repository:
        if repository.is_shallow:
            raise Refused(dest, "is a shallow clone: git fetch --unshallow first")
        newest_first = reversed(history().commits.items())
        has = next((version for version, commit in newest_first if repository.contains("HEAD", commit)), None)
    return None if has is None else Ejected(dest, has, history().newest)


def bring_newest(ejected: Ejected) -> None:
    """Bring the branch of our versions up to date; nothing else is touched.

    Raises:
        Refused: The branch is checked out, or somebody committed to it.
        RepositoryFault: The repository cannot be read, or given anything.
    """
    dest, wanted = ejected.dest, history().commits[ejected.newest]
    branch = f"refs/heads/{BRANCH}"
    found = at(dest)
    assert found is not None, "it was looked at"
    for place, name in checked_out(found):
        if name == branch:
            which = "" if place == found.shown else f" in {str(place)!r}"
            raise Refused(dest, f"has the branch {BRANCH} checked out{which}: git switch to another one first")
    before = read_refs(found).get(branch)
    with borrowed(found) as repository:
        if before is not None and repository.contains(before, wanted):  # as new, or that of a newer scaffold
            return
        check_own(found)
        _fetch(repository.own, ejected.newest, {"fetch.unpackLimit": "1"})
        if before is not None and not repository.contains(wanted, before):
            raise Refused(dest, f"has commits of its own on the branch {BRANCH}: rename it first (git branch -m)")
        give(repository, branch, wanted, before=before)
