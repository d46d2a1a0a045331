"""Running the command line: its exit codes, and a line of text for every mistake."""

from __future__ import annotations

import os
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

from typer.exceptions import Abort, TyperException

from scaffold import helptext, machine, streams
from scaffold.commands import command
from scaffold.errors import DRIFT, Cancelled, ScaffoldError, UsageError, did_you_mean
from scaffold.reports import output
from scaffold.signals import end_in_order
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence


_PROGRAMS = ("scaffold", "scaffold-threads")
"""The second is called as the distribution is, for `uvx` and `pipx run`."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; mistakes become one line on stderr."""
    streams.prepare()
    end_in_order()
    code = _guarded(arguments)
    failed = streams.finish(sys.stdout)
    if failed is not None and code in (0, DRIFT):  # else what went wrong before is said already
        code = streams.NOBODY_READS if isinstance(failed, BrokenPipeError) else _explain(machine.output_failed(failed))
    streams.finish(sys.stderr)
    return code


def _guarded(arguments: Sequence[str]) -> int:  # noqa: PLR0911  # each end has a code of its own
    """The last guard: whatever comes up ends here, in one line."""
    try:
        code = command()(list(arguments), prog_name=_program(), standalone_mode=False, terminal_width=helptext.width())
    except ScaffoldError as error:
        return _explain(error)
    except TyperException as error:
        return _explain_usage(error)
    except (Abort, KeyboardInterrupt):
        return _explain(Cancelled())
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # Typer has put something else in place of stdout
            return _nobody_reads()
        return end.code if isinstance(end.code, int) else 1
    except BrokenPipeError:
        return _nobody_reads()
    except Exception as error:  # noqa: BLE001  # what nobody thought of
        return _explain(_line_for(error), error)
    return code if isinstance(code, int) else 0


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


def _explain(error: ScaffoldError, cause: BaseException | None = None) -> int:
    """One line, and for whoever asks for it how the error came about."""
    if not isinstance(error, (UsageError, Cancelled)):
        error = machine.behind(error)
    if cause is not None and os.environ.get("SCAFFOLD_TRACEBACK"):
        import traceback

        output.say_plain("".join(traceback.format_exception(cause)).rstrip(), to=sys.stderr)
    output.say_error(error)
    return error.exit_code


def _nobody_reads() -> int:
    sys.stdout = sys.__stdout__ or sys.stdout
    streams.give_up(sys.stdout)
    return streams.NOBODY_READS


def _explain_usage(error: TyperException) -> int:
    """What Typer has to say, in one line and with the nearest flag; without arguments it is the help."""
    message = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        output.say_plain(message, to=sys.stderr)
        return UsageError.exit_code
    option = getattr(error, "option_name", None)
    possible = getattr(error, "possibilities", None)
    if option and possible:
        message = f"there is no flag {option}{did_you_mean(option, possible)}"
    elif option and not option.startswith("--"):
        message = f"there is no flag {option}; a path that begins with a dash is written ./{option}"
    output.say_error(f"{one_line(message, 500)} ({_program()} --help lists what there is)")
    return error.exit_code
