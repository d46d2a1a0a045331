"""`scaffold probe`."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold.app import JsonFlag, app
from scaffold.commands.consent import require_yes
from scaffold.errors import Cancelled, Refused, UsageError, shown_path
from scaffold.flags import PlainCommand
from scaffold.reports import output
from scaffold.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.probe.result import Result


@app.command(cls=PlainCommand)
def probe(  # noqa: PLR0913  # a parameter for each flag
    target: Annotated[
        str,
        typer.Argument(metavar="TARGET", help="The function: path/to/file.py:function or package.module:function."),
    ],
    *,
    items: Annotated[
        Optional[str],
        typer.Option(
            "--items",
            metavar="SOURCE",
            help="What to call it with, an item a call: a file with one a line, a .json array, .jsonl, or module:name"
            " (an iterable, or what returns one). Without it the function is called with no argument.",
        ),
    ] = None,
    repeat: Annotated[bool, typer.Option("--repeat", help="Use the items again when they run out.")] = False,
    python: Annotated[
        Optional[str],
        typer.Option("--python", metavar="EXE", help="The interpreter; by default that of the active environment."),
    ] = None,
    budget: Annotated[str, typer.Option("--budget", metavar="SECONDS", help="How long to measure.")] = "10",
    max_workers: Annotated[
        str, typer.Option("--max-workers", metavar="N", help="How many may work at once, at most.")
    ] = "32",
    max_calls: Annotated[
        str, typer.Option("--max-calls", metavar="N", help="How many calls to make, at most.")
    ] = "500",
    call_timeout: Annotated[
        str,
        typer.Option("--call-timeout", metavar="SECONDS", help="How long to wait for a call, or for the import."),
    ] = "30",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Call it without asking.")] = False,
    as_json: JsonFlag = False,
    svg: Annotated[
        Optional[str], typer.Option("--svg", metavar="FILE", help="Write the chart as a picture, too.")
    ] = None,
    save: Annotated[
        Optional[str],
        typer.Option("--save", metavar="FILE", help="Keep the result, for `--probe FILE` of new, add and advise."),
    ] = None,
) -> None:
    """Measure a function of yours: what its time goes to, and how many workers of which kind help. It is called."""
    from scaffold.probe import run
    from scaffold.probe.result import MOST_WORKERS
    from scaffold.reports import probe as report

    request = run.Request(
        target=_target(target),
        items=items,
        repeat=repeat,
        budget=_number("--budget", budget, least=1, most=3600),
        max_workers=int(_number("--max-workers", max_workers, least=1, most=MOST_WORKERS, whole=True)),
        max_calls=int(_number("--max-calls", max_calls, least=1, most=10_000_000, whole=True)),
        call_timeout=_number("--call-timeout", call_timeout, least=0.1, most=3600),
    )
    places = {flag: Path(name) for flag, name in (("--svg", svg), ("--save", save)) if name is not None}
    for flag, path in places.items():
        _check_writable(flag, path)
    interpreter = run.interpreter(python)
    if not yes:
        consent = report.consent_text(request, interpreter)
        refusal = UsageError(f"no terminal to ask at. {consent.removesuffix('.')}:", "add --yes to agree")
        require_yes("Measure it?", partial(output.say_prose, consent), refusal, as_json=as_json)
    with output.status() as say:
        outcome = run.measure(request, interpreter, lambda step: say(f"measuring: {step}"))
    problems = _write(places, outcome.result)
    if as_json:
        output.print_json(outcome.result.document)
    else:
        output.say(report.result_text(outcome.result, interpreter, report.next_command(outcome.result, save)))
    if outcome.cut_off:
        problems.append(f"the measurement is not whole: {outcome.cut_off}")
    for problem in problems:
        output.say_error(problem)
    if problems:
        raise typer.Exit(Cancelled.exit_code if outcome.is_cancelled else Refused.exit_code)


def _target(text: str) -> str:
    where, colon, name = text.rpartition(":")
    is_known = where.endswith(".py") or _is_dotted(where)
    if not colon or not is_known or not _is_dotted(name):
        raise UsageError(f"TARGET {shown(text)}", "must be path/to/file.py:function or package.module:function")
    return text


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _number(flag: str, word: str, *, least: float, most: float, whole: bool = False) -> float:
    kind = "a whole number" if whole else "a number"
    try:
        number = float(int(word)) if whole else float(word)
    except (ValueError, OverflowError):
        number = float("nan")
    if not least <= number <= most:
        raise UsageError(f"{flag} {shown(word)}", f"must be {kind} from {least:g} to {most:,.0f}")
    return number


def _check_writable(flag: str, path: Path) -> None:
    """Refuse a file that could not be written when all is measured, and to replace what no measurement wrote."""
    folder = path.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{flag} {shown_path(path)}:", "its directory does not exist or may not be written")
    if os.path.lexists(path) and not _is_measurement(flag, path):
        raise UsageError(f"{flag} {shown_path(path)}", "is there already, and no measurement wrote it: choose another")


def _is_measurement(flag: str, path: Path) -> bool:
    from scaffold import reading
    from scaffold.probe.result import read_result
    from scaffold.reports import picture

    try:
        if flag == "--svg":
            return picture.is_picture(reading.read_text(path, follow=False))
        read_result(path)
    except (reading.Unreadable, UsageError):
        return False
    return not path.is_symlink()


def _write(places: Mapping[str, Path], result: Result) -> list[str]:
    """Write the files that were asked for; what cannot be."""
    from scaffold.places import note
    from scaffold.reports import picture

    problems = []
    for flag, path in places.items():
        text = picture.picture(result) if flag == "--svg" else f"{json.dumps(result.document, indent=2)}\n"
        try:
            note(path, text)
        except OSError as error:
            problems.append(f"{flag} {shown_path(path)}: {error.strerror or error}")
    return problems
