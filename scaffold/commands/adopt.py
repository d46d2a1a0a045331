"""`scaffold adopt`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, app
from scaffold.commands.team_flags import (
    AcceptMovedFlag,
    DataFlag,
    RecordFlag,
    TrustFlag,
    as_data,
    as_record,
    template_option,
)
from scaffold.commands.update import ProjectArgument
from scaffold.commands.written import DryRunFlag, print_plan, publish, recover_interrupted
from scaffold.errors import NoProject, Refused
from scaffold.flags import PlainCommand
from scaffold.reports import output
from scaffold.terminal import Terminal

if TYPE_CHECKING:
    from scaffold.plan import Plan
    from scaffold.project import TeamProject


@app.command(cls=PlainCommand)
def adopt(  # noqa: PLR0913  # a parameter for each flag
    project: ProjectArgument = ".",
    *,
    template: Annotated[
        str,
        template_option("The team's template, in the version that the project is nearest to."),
    ],
    answers_file: RecordFlag = None,
    data: DataFlag = None,
    trust: TrustFlag = None,
    accept_moved: AcceptMovedFlag = None,
    answers: AnswersFile = None,
    defaults: DefaultsFlag = False,
    dry_run: DryRunFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Have a project that was made otherwise follow a team's template: only the record of answers is written."""
    from scaffold import team
    from scaffold.sources import tags
    from scaffold.sources.locate import locate

    root = Path(project)
    if not root.is_dir():
        raise NoProject(root, "is no directory")
    if not dry_run:
        recover_interrupted(root)
    order = team.Order(
        located=locate(template),
        dest=root,
        given={},
        data=as_data(data or ()),
        file=None if answers is None else Path(answers),
        record=as_record(answers_file),
        use_defaults=defaults,
        trust=trust,
        accept_moved=accept_moved,
        command="adopt",
        with_tasks=False,
    )
    made = team.prepare(order, Terminal.for_command(as_json=as_json))
    plan = _record_only(made)
    if dry_run:
        print_plan(plan, ())
        return
    publish(plan, "adopt")
    tags.remember(made.made_from)
    _report(project, plan, trust, as_json=as_json)


def _record_only(made: TeamProject) -> Plan:
    """The plan with the answers file alone, which must not be there.

    Raises:
        Refused: It is, or the template has none, or no versions.
    """
    from scaffold.plan import check_new
    from scaffold.team import record_in

    plan, source = made.plan, made.made_from.source
    if made.made_from.commit is None:
        raise Refused(source, "has no versions, so nothing can be updated from it: commit and tag it first")
    record = record_in(plan.files, made.made_from)
    if record is None:
        raise Refused(source, "records no answers, so nothing can be updated from it: its author has to add a file")
    if (plan.dest / record).is_file():
        raise Refused(
            plan.dest / record,
            "is there already: take another name for this record with --answers-file, or"
            " scaffold update --source where the project's template has moved",
        )
    modes = {path: mode for path, mode in plan.modes.items() if path == record}
    return check_new(replace(plan, files={record: plan.files[record]}, modes=modes, folders=()), except_for=())


def _report(project: str, plan: Plan, trust: str | None, *, as_json: bool) -> None:
    """How the project's files differ from what the template makes: what an update will take for edits."""
    from scaffold.life.check import check_project
    from scaffold.life.comparison import Permission
    from scaffold.life.finding import Selection
    from scaffold.reports import status

    (record,) = plan.files
    found = check_project(Path(project), Selection(answers_file=str(record)), (), Permission(trust=trust))
    if as_json:
        document = status.check_json(project, found, with_diff=False, strict=False)
        output.print_json({**document, "written": str(record)})
        return
    output.say_plain(f"new       {record}")
    output.say_plain(status.check_text(found, with_diff=False, strict=False))
