"""`scaffold add`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, asking
from scaffold.commands.given import module_questions, note_answers, with_scoped_file
from scaffold.commands.probed import Probed, ProbeFlag
from scaffold.commands.written import (
    DryRunFlag,
    ShowFlag,
    check_show,
    check_shown,
    print_plan,
    project_json,
    publish,
    recover_interrupted,
)
from scaffold.errors import SeveralPackages
from scaffold.helptext import THE_PROJECT
from scaffold.questions import Answers
from scaffold.reports import module, output
from scaffold.terminal import Terminal
from scaffold.ui import Page, Row

if TYPE_CHECKING:
    from scaffold.existing.additions import Addition
    from scaffold.existing.module import NewModule
    from scaffold.project import Project
    from scaffold.ui import Ui

_PYPROJECT = PurePosixPath("pyproject.toml")
_TO_ADD = "To add to pyproject.toml (--write-config does it)"
_TO_ADD_BY_HAND = "To add to pyproject.toml by hand, since nothing is written there without --write-config"
_TO_BE_WRITTEN = "Would be added to pyproject.toml"
_WRITTEN = "Added to pyproject.toml"


@asking(module_questions)
def add(  # noqa: PLR0913  # a parameter for each flag
    project: Annotated[
        Optional[str],
        typer.Argument(
            metavar="PROJECT", help="The project's directory; by default the nearest project from here upwards."
        ),
    ] = None,
    *,
    answers: AnswersFile = None,
    defaults: DefaultsFlag = False,
    dry_run: DryRunFlag = False,
    show: ShowFlag = None,
    probe: ProbeFlag = None,
    write_config: Annotated[
        bool,
        typer.Option(
            "--write-config",
            help="Add what the tests need to pyproject.toml, comments kept.",
            rich_help_panel=THE_PROJECT,
        ),
    ] = False,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Ask about the work, recommend a design, and add one tested module for it to an existing project."""
    from scaffold.conversation.making import prepare
    from scaffold.existing.additions import additions
    from scaffold.existing.module import NewModule, with_plain_paths
    from scaffold.existing.survey import survey
    from scaffold.plan import check_new
    from scaffold.template import bundled

    shown = check_show(show, dry_run=dry_run)
    given = with_plain_paths(with_scoped_file(answers, given, "module"))
    probed = Probed.of(probe)
    measured = given if probed is None else probed.answers(given, module_questions())
    target = NewModule(bundled(), survey(None if project is None else Path(project), Path()))
    ui = Terminal.for_command(as_json=as_json)
    _say_found(target, as_json=as_json)
    if not dry_run:
        recover_interrupted(target.survey.root)
    known = _with_package(target, measured, ui, use_defaults=defaults)
    flags = [
        *(["--dry-run"] if dry_run else []),
        *(word for name in shown for word in ("--show", name)),
        *(["--write-config"] if write_config else []),
        *([] if probe is None else ["--probe", probe]),
    ]
    made = prepare(target.template, target, known, ui, use_defaults=defaults, flags=flags)
    note_answers(given, made.answers, made.recommendation, measured=known, asked=ui.can_ask and not defaults)
    if probed is not None:
        output.say_note(probed.note)
        made = probed.in_project(made)
    for note in (module.note_on_tests(made, target.survey), module.note_on_lines(made, target.survey)):
        if note:
            output.say_note(note)
    missing = additions(target.survey.config, target.optional_dependency(made.answers))
    if write_config and missing:
        made = _with_config(made, missing)
    plan = check_new(made.plan, except_for={_PYPROJECT})
    if dry_run:
        check_shown(made.plan, shown)
    else:
        publish(plan, "add")
    if as_json:
        document = project_json(made, written=not dry_run, show=shown)
        found = {
            "found": module.found_json(target.survey),
            "config": module.additions_json(missing),
            "start": module.start_json(made, target.survey),
        }
        output.print_json({**document, **found})
    elif dry_run:
        print_plan(made.plan, shown)
        output.say(module.additions_text(missing, _TO_BE_WRITTEN if write_config else _TO_ADD))
    else:
        added = module.additions_text(missing, _WRITTEN if write_config else _TO_ADD_BY_HAND)
        output.say(module.added_text(made, target.survey, added))


def _say_found(target: NewModule, *, as_json: bool) -> None:
    if not as_json:
        output.say(module.found_text(target.survey) + "\n")
    if target.python and (note := module.note_on_python(target.survey, target.python)):
        output.say_note(note)


def _with_package(target: NewModule, given: Answers, ui: Ui, *, use_defaults: bool) -> Answers:
    """The answers with the package, which is asked for first where it is not clear."""
    try:
        target.check_package(given)
    except SeveralPackages as error:
        if use_defaults or not ui.can_ask:
            raise
        rows = [Row(package, package) for package in error.packages]
        return {**given, "package": ui.pick(Page("Which package is it for?", rows))}
    return given


def _with_config(made: Project, missing: list[Addition]) -> Project:
    """The same, and pyproject.toml with what is missing there."""
    from scaffold.existing.additions import with_additions
    from scaffold.existing.config import raw_text
    from scaffold.writing.record import digest

    path = made.plan.dest / _PYPROJECT
    before = raw_text(path)
    content = with_additions(before, missing, path).encode()
    expected = {_PYPROJECT: digest(before.encode()) if path.exists() else None}
    return replace(made, plan=replace(made.plan, files={**made.plan.files, _PYPROJECT: content}, expected=expected))
