"""Running the command line: its exit codes, and a line of text for every mistake."""

from __future__ import annotations

import itertools
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from typer.exceptions import Abort, TyperException

from scaffold import helptext, machine, streams
from scaffold.commands import command
from scaffold.errors import DRIFT, Cancelled, ScaffoldError, UsageError, did_you_mean, fix_in
from scaffold.reports import output
from scaffold.signals import end_in_order
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence


_PROGRAMS = ("scaffold", "scaffold-threads")
"""The second is called as the distribution is, for `uvx` and `pipx run`."""


_ALIKE = 0.75
"""From which likeness on a flag may have been meant: the dashes of any two are alike."""


@dataclass(frozen=True)
class _Failure:
    """Why a command did not do what it was asked to."""

    message: str
    exit_code: int
    hint: str | None
    """What to do about it, where the message says so."""
    resume: str = ""
    """The command that goes on from where it was cancelled."""
    chosen: bool = False
    """Whether the user chose so: that is no error."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; a mistake becomes one line on stderr, and JSON beside `--json`."""
    streams.prepare()
    end_in_order()
    end = _guarded(arguments)
    code = end if isinstance(end, int) else _report(end, [*itertools.takewhile(lambda word: word != "--", arguments)])
    failed = streams.finish(sys.stdout)
    if failed is not None and code in (0, DRIFT):  # else what went wrong before is said already
        if isinstance(failed, BrokenPipeError):
            code = streams.NOBODY_READS
        else:
            code = _report(_explained(machine.output_failed(failed)), [])
    streams.finish(sys.stderr)
    return code


def _guarded(arguments: Sequence[str]) -> int | _Failure:  # noqa: PLR0911  # each end has a code of its own
    """The last guard: whatever comes up ends here."""
    try:
        code = command()(list(arguments), prog_name=_program(), standalone_mode=False, terminal_width=helptext.width())
    except ScaffoldError as error:
        return _explained(error)
    except TyperException as error:
        return _explained_usage(error)
    except (Abort, KeyboardInterrupt):
        return _explained(Cancelled())
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # Typer has put something else in place of stdout
            return _nobody_reads()
        return end.code if isinstance(end.code, int) else 1
    except BrokenPipeError:
        return _nobody_reads()
    except Exception as error:  # noqa: BLE001  # what nobody thought of
        return _explained(_line_for(error), error)
    return code if isinstance(code, int) else 0


def _report(failure: _Failure, words: Sequence[str]) -> int:
    """A line on stderr; for a program that reads JSON, the same as the one document on stdout."""
    if failure.chosen:
        output.say_plain(failure.message, to=sys.stderr)
    else:
        output.say_error(failure.message)
    if failure.resume:
        output.say_plain(f"To go on from here:\n  {failure.resume}", to=sys.stderr)
    if "--json" in words or "--jsonl" in words:
        error = {"message": failure.message, "exit_code": failure.exit_code, "hint": failure.hint}
        with suppress(OSError, ValueError):  # stdout is what failed
            output.print_json({"error": error}, indent=None if "--jsonl" in words else 2)
    return failure.exit_code


def _program() -> str:
    """What the help and completion call this command: as it was called, where that is a name of ours."""
    called = PurePath(sys.argv[0]).name.removesuffix(".exe")
    return called if called in _PROGRAMS else _PROGRAMS[0]


def _line_for(error: Exception) -> ScaffoldError:
    """What can be said of an error that no command has a word for."""
    if isinstance(error, OSError):
        failed = streams.finish(sys.stdout)
        return machine.refused_by_system(error) if failed is None else machine.output_failed(failed)
    if isinstance(error, MemoryError):
        return machine.out_of_memory()
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return machine.out_of_processes()
    if isinstance(error, ValueError) and "embedded null" in str(error):  # from a program: no shell can
        return UsageError("a path contains a null character: leave it out")
    return machine.unexpected(error)


def _explained(error: ScaffoldError, cause: BaseException | None = None) -> _Failure:
    """What is said of an error, after how it came about for whoever asks for that."""
    if not isinstance(error, (UsageError, Cancelled)):
        error = machine.behind(error)
    if cause is not None and os.environ.get("SCAFFOLD_TRACEBACK"):
        import traceback

        output.say_plain("".join(traceback.format_exception(cause)).rstrip(), to=sys.stderr)
    resume = error.resume if isinstance(error, Cancelled) else ""
    chosen = isinstance(error, Cancelled) and error.chosen
    return _Failure(str(error), error.exit_code, fix_in(str(error)), resume, chosen)


def _nobody_reads() -> int:
    sys.stdout = sys.__stdout__ or sys.stdout
    streams.give_up(sys.stdout)
    return streams.NOBODY_READS


def _explained_usage(error: TyperException) -> int | _Failure:
    """What Typer has to say, with the nearest flag; without arguments it is the help."""
    message = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        output.say_plain(message, to=sys.stderr)
        return UsageError.exit_code
    option = getattr(error, "option_name", None)
    possible = getattr(error, "possibilities", None)
    context = getattr(error, "ctx", None)
    near = did_you_mean(option, possible, least=_ALIKE) if option and possible else ""
    if near:
        message = f"there is no flag {option}{near}"
    elif option and option.startswith("--") and context is not None and context.parent is None:
        message = f"there is no flag {option} before a command: give it after the command's name, where it has one"
    elif option and possible:
        message = f"there is no flag {option}"
    elif option and not option.startswith("--"):
        message = f"there is no flag {option}; a path that begins with a dash is written ./{option}"
    hint = f"{_program() if context is None else context.command_path} --help lists what there is"
    return _Failure(f"{one_line(message, 500)} ({hint})", error.exit_code, fix_in(message) or hint)
