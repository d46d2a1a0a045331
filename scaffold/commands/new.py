"""`scaffold new`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from scaffold import prompt, report
from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, asking
from scaffold.commands.given import note_without_effect, project_questions, with_scoped_file
from scaffold.commands.written import DryRunFlag, ShowFlag, check_show, check_shown, print_plan, project_json
from scaffold.errors import Cancelled
from scaffold.questions import Answers


@asking(project_questions)
def new(  # noqa: PLR0913  # a parameter for each flag
    dest: Annotated[
        Optional[str], typer.Argument(metavar="DEST", help="The directory to make; by default the project's name.")
    ] = None,
    *,
    answers: AnswersFile = None,
    defaults: DefaultsFlag = False,
    dry_run: DryRunFlag = False,
    show: ShowFlag = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files of the project that are there already.")
    ] = False,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Ask about the work, recommend a design, and write a tested project for it."""
    from scaffold.plan import check_plan
    from scaffold.project import new_project, prepare
    from scaffold.publish import publish, take_back_interrupted
    from scaffold.template import bundled
    from scaffold.undo import remembered

    shown = check_show(show, dry_run=dry_run)
    ask = prompt.is_possible() and not as_json
    given = with_scoped_file(answers, given, "project")
    target = new_project(None if dest is None else Path(dest))
    project = prepare(bundled(), target, given, ask=ask and not defaults, use_defaults=defaults)
    note_without_effect(given, project.answers)
    plan = project.plan
    if dry_run:
        check_shown(plan, shown)
        if as_json:
            report.print_json(project_json(project, written=False, show=shown))
        else:
            print_plan(plan, shown)
        return
    for path in take_back_interrupted(plan.dest):
        report.say_note(f"took back {path}, left by a run that was killed")
    check_plan(plan, force=force)
    if not plan.is_fresh:
        report.say(report.tree_text(str(plan.dest), plan.files, plan.changes()), to=sys.stderr)
        if ask and not prompt.confirm("Write these?"):
            raise Cancelled
    with remembered(plan, "new"):
        publish(plan)
    if as_json:
        report.print_json(project_json(project, written=True))
    else:
        report.say(report.done_text(project))
