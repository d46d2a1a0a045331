"""`scaffold template new` and `scaffold template eject`: repositories of templates of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold import shell
from scaffold.app import JsonFlag, asking
from scaffold.commands.given import authoring_questions
from scaffold.commands.template import template
from scaffold.commands.written import DryRunFlag, print_plan
from scaffold.errors import UsageError
from scaffold.questions import Answers
from scaffold.reports import files, output

if TYPE_CHECKING:
    from scaffold.authoring.eject import Ejected
    from scaffold.plan import Plan


@asking(authoring_questions, group=template, name="new")
def new_template(
    dest: Annotated[str, typer.Argument(metavar="DIR", help="The directory to make.")],
    *,
    dry_run: DryRunFlag = False,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Write a small template of your own, with its tests and its checks at every push."""
    from scaffold.authoring import small

    plan = small.plan(Path(dest), given)
    made = not dry_run and small.write(plan)
    if not dry_run and not made:
        output.say_note(
            f"{dest} lies in a git repository already: commit it there; a repository of its own has versions"
        )
    _report(plan, written=not dry_run, as_json=as_json, more={"repository": made})


@asking(authoring_questions, group=template, name="eject")
def eject(
    dest: Annotated[
        str, typer.Argument(metavar="DIR", help="The directory to make, or one that this command made earlier.")
    ],
    *,
    dry_run: DryRunFlag = False,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Make the templates of scaffold your own, or bring their later versions to where you did."""
    from scaffold.authoring import eject as ejecting

    ejected = ejecting.find(Path(dest))
    if ejected is None:
        plan = ejecting.plan(Path(dest), given)
        if not dry_run:
            ejecting.write(plan)
        _report(plan, written=not dry_run, as_json=as_json, more=ejecting.versions())
        return
    if given:
        raise UsageError(f"{dest} was ejected before: leave out {', '.join(f'--{name}' for name in given)}")
    if not dry_run:
        ejecting.bring_newest(ejected)
    _report_later(ejected, brought=not dry_run, as_json=as_json)


def _report(plan: Plan, *, written: bool, as_json: bool, more: dict[str, object]) -> None:
    if as_json:
        names = [str(path) for path in plan.files]
        output.print_json({"destination": str(plan.dest), "written": written, "files": names, **more})
    elif not written:
        print_plan(plan, ())
    else:
        output.say(files.tree_text(str(plan.dest), plan.files))
        place = shell.quoted(shell.path_word(plan.dest))
        output.say_plain(
            f"\nREADME.md says how it is changed, tested and shared. To try it:\n  scaffold template test {place}"
        )
        output.say_plain(f"  scaffold new my-project --template {place}")


def _report_later(ejected: Ejected, *, brought: bool, as_json: bool) -> None:
    from scaffold.authoring.eject import BRANCH
    from scaffold.repositories.found import at, owner_note

    found = at(ejected.dest)
    if found is not None and (note := owner_note(found)):
        output.say_note(note)
    merge = shell.command(["git", "-C", shell.path_word(ejected.dest), "merge", BRANCH])
    if as_json:
        behind = ejected.has != ejected.newest
        document = {"destination": str(ejected.dest), "written": brought, "has": ejected.has, "newest": ejected.newest}
        output.print_json(document | {"command": merge if behind else None})
    elif ejected.has == ejected.newest:
        output.say_plain(
            f"{ejected.dest} has version {ejected.newest} of scaffold's templates, the newest one, already"
        )
    else:
        done = "is" if brought else "would be"
        output.say_plain(
            f"version {ejected.newest} {done} on the branch {BRANCH} now; you have {ejected.has}. To merge it:"
        )
        output.say_plain(f"  {merge}")
