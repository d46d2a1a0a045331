"""How commands that write files from templates show what they would write, and what they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold.errors import UsageError, did_you_mean
from scaffold.helptext import WITHOUT_QUESTIONS
from scaffold.reports import advice, files, output
from scaffold.text import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from scaffold.plan import Plan
    from scaffold.project import Project, TeamProject
    from scaffold.writing.recovery import Recovery

DryRunFlag = Annotated[
    bool,
    typer.Option("--dry-run", help="Show what would be written, and write nothing.", rich_help_panel=WITHOUT_QUESTIONS),
]
ShowFlag = Annotated[
    Optional[list[str]],
    typer.Option(
        "--show",
        metavar="FILE",
        help="With --dry-run: print a file's content too.",
        rich_help_panel=WITHOUT_QUESTIONS,
    ),
]


def check_show(show: Sequence[str] | None, *, dry_run: bool) -> Sequence[str]:
    """The files whose content is wanted.

    Raises:
        UsageError: They are wanted of what will be written anyway.
    """
    if show and not dry_run:
        msg = "--show goes with --dry-run"
        raise UsageError(msg)
    return show or ()


def check_shown(plan: Plan, show: Sequence[str]) -> None:
    """Raise UsageError where the plan has no such file."""
    names = [str(path) for path in plan.files]
    for name in show:
        if name not in names:
            msg = f"--show: there is no file {name!r} in the plan{did_you_mean(name, names)}"
            raise UsageError(msg)


def print_plan(plan: Plan, show: Sequence[str]) -> None:
    """The tree with what would happen to each file, and the content of those in `show`."""
    output.say(files.tree_text(str(plan.dest), plan.files, plan.changes()))
    for path, content in plan.files.items():
        if str(path) in show:
            output.say(f"\n**{path}**")
            output.show_file(files.file_text(path, content))


def recover_interrupted(place: Path) -> Recovery:
    """Take back what a killed run left half-way in a project, and say so."""
    from scaffold.writing.journal import recover

    recovery = recover(place)
    _say_recovered(recovery)
    return recovery


def publish(plan: Plan, command: str, *, make_repository: Callable[[Path], None] | None = None) -> None:
    """Write the plan's files, all or none, and say what was taken back before, if a run was killed in between."""
    from scaffold.writing import publish as publishing
    from scaffold.writing.place import Place

    recovery = publishing.publish(plan, command, make_repository=make_repository)
    _say_recovered(recovery)
    folder = Place.of(plan.dest).temporary_folder
    if folder is not None:
        output.say_note(
            "no folder of yours can be written, so scaffold undo keeps its record in"
            f" {escaped(str(folder))}: it works until that is cleared (XDG_STATE_HOME names another place)"
        )


def _say_recovered(recovery: Recovery) -> None:
    """Say what was taken back after a run that was killed, and what was not."""
    for path in recovery.taken_back:
        output.say_note(f"took back {escaped(path)}, left by a run that was killed")
    for path in recovery.kept:
        output.say_note(f"kept {escaped(path)}, which was changed after a run that was killed had begun to write it")
    for name in recovery.strangers:
        output.say_note(
            f"{name} was left by a run of which there is no record here; nothing of it is used: look into it, then"
            " delete it"
        )


def project_json(project: Project | TeamProject, *, written: bool, show: Sequence[str] = ()) -> dict[str, object]:
    """What was made, or would be, as data."""
    changes = project.plan.changes() if not written else {}
    return {
        "destination": str(project.plan.dest),
        "written": written,
        "recommendation": project.recommendation and advice.recommendation_json(project.recommendation),
        "answers": dict(project.answers),
        "files": [
            {"path": str(path)}
            | ({"change": changes[path]} if changes else {})
            | ({"content": content.decode("utf-8", "backslashreplace")} if str(path) in show else {})
            for path, content in (project.plan.written if written else project.plan.files).items()
        ],
        "kept": sorted(map(str, project.plan.kept)),
        "command": project.command,
        "computing": None if project.made_from else advice.computing_json(project.answers),
        **({} if project.made_from is None else {"template": files.checkout_json(project.made_from)}),
    }
