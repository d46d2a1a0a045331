"""`scaffold new`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold import prompt, report
from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, asking
from scaffold.commands.given import all_questions, note_without_effect, with_file
from scaffold.errors import Cancelled, UsageError, did_you_mean
from scaffold.questions import Answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.project import Project


@asking(all_questions)
def new(  # noqa: PLR0913  # a parameter for each flag
    dest: Annotated[
        Optional[str], typer.Argument(metavar="DEST", help="The directory to make; by default the project's name.")
    ] = None,
    *,
    answers: AnswersFile = None,
    defaults: DefaultsFlag = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")] = False,
    show: Annotated[
        Optional[list[str]], typer.Option("--show", metavar="FILE", help="With --dry-run: print a file's content too.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files of the project that are there already.")
    ] = False,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Ask about the work, recommend a design, and write a tested project for it."""
    from scaffold.plan import check_plan
    from scaffold.project import prepare
    from scaffold.publish import publish, take_back_interrupted
    from scaffold.template import bundled
    from scaffold.undo import remembered

    if show and not dry_run:
        msg = "--show goes with --dry-run"
        raise UsageError(msg)
    ask = prompt.is_possible() and not as_json
    given = with_file(answers, given, all_questions())
    project = prepare(
        bundled(), None if dest is None else Path(dest), given, ask=ask and not defaults, use_defaults=defaults
    )
    note_without_effect(given, project.answers)
    if dry_run:
        _show_plan(project, show or [], as_json=as_json)
        return
    plan = project.plan
    for path in take_back_interrupted(plan.dest):
        report.say_note(f"took back {path}, left by a run that was killed")
    check_plan(plan, force=force)
    if not plan.is_fresh:
        report.say(report.tree_text(str(plan.dest), plan.files, plan.changes()), to=sys.stderr)
        if ask and not prompt.confirm("Write these?"):
            raise Cancelled
    with remembered(plan, "new"):
        publish(plan)
    _show_done(project, as_json=as_json)


def _show_plan(project: Project, show: Sequence[str], *, as_json: bool) -> None:
    by_name = {str(path): path for path in project.plan.files}
    for name in show:
        if name not in by_name:
            msg = f"--show: there is no file {name!r} in the plan{did_you_mean(name, by_name)}"
            raise UsageError(msg)
    if as_json:
        report.print_json(_project_json(project, written=False, show=show))
        return
    report.say(report.tree_text(str(project.plan.dest), project.plan.files, project.plan.changes()))
    for name in show:
        report.say(f"\n**{name}**")
        sys.stdout.write(report.file_text(by_name[name], project.plan.files[by_name[name]]))


def _show_done(project: Project, *, as_json: bool) -> None:
    if as_json:
        report.print_json(_project_json(project, written=True))
        return
    report.say(report.done_text(project))


def _project_json(project: Project, *, written: bool, show: Sequence[str] = ()) -> dict[str, object]:
    changes = project.plan.changes() if not written else {}
    return {
        "destination": str(project.plan.dest),
        "written": written,
        "recommendation": report.recommendation_json(project.recommendation),
        "answers": dict(project.answers),
        "files": [
            {"path": str(path)}
            | ({"change": changes[path]} if changes else {})
            | ({"content": content.decode()} if str(path) in show else {})
            for path, content in project.plan.files.items()
        ],
        "command": project.command,
    }
