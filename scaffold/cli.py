"""The command line: commands that parse, delegate and print."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Optional

import typer
from typer.core import TyperGroup
from typer.exceptions import Abort, TyperException

from scaffold import __version__, prompt, report
from scaffold.answers import Unasked, read_answers
from scaffold.errors import Cancelled, ScaffoldError, UsageError, did_you_mean
from scaffold.flags import Command, PlainCommand, take_as_typed, with_flags
from scaffold.questions import (
    ADVICE_QUESTIONS,
    DESIGN_QUESTION,
    Answers,
    Question,
    complete_workload,
    without_effect,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from scaffold.project import Project

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
AnswersFile = Annotated[
    Optional[str],
    typer.Option("--answers", help="Read answers from a YAML, TOML or JSON file; flags win over it.", metavar="FILE"),
]
DefaultsFlag = Annotated[
    bool, typer.Option("--defaults", help="Take the recommended answer for all that is not given.")
]


_CONTEXT = {"help_option_names": ["-h", "--help"]}
_ASKING: dict[str, tuple[Command, Callable[[], Sequence[Question]]]] = {}


class Commands(TyperGroup):
    """Gives a command its flags only when it is the one that runs: reading the templates' questions takes a while."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  # Typer's types are private
        """As the base class does."""
        return take_as_typed(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # as above
        """As the base class does."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in _ASKING:
            function, questions = _ASKING[name]
            single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_CONTEXT)
            single.command(name, cls=PlainCommand, context_settings=_CONTEXT)(with_flags(function, questions()))
            command = typer.main.get_command(single)
        return name, command, rest


app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=_CONTEXT,
    help="Scaffolding for Python code that needs threads: advice by explicit rules, and a tested project from it.",
    epilog="Exit codes: 0 done, 1 refused or failed, 2 usage, 130 cancelled.",
)


def _asking(questions: Callable[[], Sequence[Question]]) -> Callable[[Command], Command]:
    """Register a command whose further flags are questions."""

    def register(function: Command) -> Command:
        _ASKING[function.__name__] = (function, questions)
        app.command(cls=PlainCommand)(with_flags(function, ()))
        return function

    return register


def _advice_questions() -> Sequence[Question]:
    return (*ADVICE_QUESTIONS, DESIGN_QUESTION)


def _all_questions() -> Sequence[Question]:
    from scaffold.template import bundled

    return (*_advice_questions(), *bundled().project_questions)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # Typer calls it so
    if wanted:
        report.say(f"scaffold {__version__}")
        raise typer.Exit


@app.callback()
def _scaffold(
    *,
    version: Annotated[  # its callback does the work
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@_asking(_all_questions)
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

    if show and not dry_run:
        msg = "--show goes with --dry-run"
        raise UsageError(msg)
    ask = prompt.is_possible() and not as_json
    given = _with_file(answers, given, _all_questions())
    project = prepare(
        bundled(), None if dest is None else Path(dest), given, ask=ask and not defaults, use_defaults=defaults
    )
    _note_without_effect(given, project.answers)
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
    publish(plan)
    _show_done(project, as_json=as_json)


@_asking(_advice_questions)
def advise(
    *,
    answers: AnswersFile = None,
    defaults: DefaultsFlag = False,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Recommend a design for a task, and say why. Writes nothing."""
    from scaffold.project import recommendation_for

    given = _with_file(answers, given, _advice_questions())
    if prompt.is_possible() and not as_json and not defaults:
        complete = complete_workload(given, prompt.ask_open)
    else:
        unasked = Unasked()
        complete = complete_workload(given, unasked)
        if not defaults:
            unasked.refuse_missing()
    _note_without_effect(given, complete)
    recommendation = recommendation_for(complete)
    if as_json:
        _print_json(report.recommendation_json(recommendation))
    else:
        report.say(report.recommendation_text(recommendation))


@app.command(cls=PlainCommand)
def rules(
    *,
    as_json: JsonFlag = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print a Mermaid flowchart.")] = False,
) -> None:
    """Print the rules that choose a design."""
    if as_json and mermaid:
        msg = "--json and --mermaid exclude each other"
        raise UsageError(msg)
    if as_json:
        _print_json(report.rules_json())
    else:
        report.say(report.rules_mermaid() if mermaid else report.rules_text())


def _with_file(path: str | None, given: Answers, questions: Sequence[Question]) -> Answers:
    """The answers of a file, and over them those of the flags."""
    return given if path is None else {**read_answers(Path(path), questions), **given}


def _note_without_effect(given: Answers, answers: Answers) -> None:
    for question in without_effect(given, answers):
        report.say_note(f"{question.flag} changes nothing for {answers['design']}")


def _show_plan(project: Project, show: Sequence[str], *, as_json: bool) -> None:
    by_name = {str(path): path for path in project.plan.files}
    for name in show:
        if name not in by_name:
            msg = f"--show: there is no file {name!r} in the plan{did_you_mean(name, by_name)}"
            raise UsageError(msg)
    if as_json:
        _print_json(_project_json(project, written=False, show=show))
        return
    report.say(report.tree_text(str(project.plan.dest), project.plan.files, project.plan.changes()))
    for name in show:
        report.say(f"\n**{name}**")
        sys.stdout.write(report.file_text(by_name[name], project.plan.files[by_name[name]]))


def _show_done(project: Project, *, as_json: bool) -> None:
    if as_json:
        _print_json(_project_json(project, written=True))
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


def _print_json(document: object) -> None:
    print(json.dumps(document, indent=2))


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; mistakes become one line on stderr."""
    report.prepare_streams()
    signal.signal(signal.SIGTERM, _stop_in_order)
    try:
        code = app(list(arguments), prog_name="scaffold", standalone_mode=False)
    except ScaffoldError as error:
        report.say_error(error)
        return error.exit_code
    except TyperException as error:
        return _explain_usage(error)
    except (Abort, KeyboardInterrupt):
        cancelled = Cancelled()
        report.say_error(cancelled)
        return cancelled.exit_code
    return code if isinstance(code, int) else 0


def _explain_usage(error: TyperException) -> int:
    """What Typer has to say, in one line and with the nearest flag; without arguments it is the help."""
    message = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        print(message, file=sys.stderr)
        return UsageError.exit_code
    option = getattr(error, "option_name", None)
    possible = getattr(error, "possibilities", None)
    if option and possible:
        message = f"there is no flag {option}{did_you_mean(option, possible)}"
    report.say_error(f"{message} (scaffold --help lists what there is)")
    return error.exit_code


def _stop_in_order(number: int, _frame: FrameType | None) -> NoReturn:
    """End on SIGTERM with every clean-up done."""
    raise SystemExit(128 + number)
