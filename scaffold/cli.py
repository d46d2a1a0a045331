"""Running the command line: its exit codes, and a line of text for every mistake."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from typer.exceptions import Abort, TyperException

from scaffold import machine, streams
from scaffold.commands import app
from scaffold.errors import DRIFT, Cancelled, ScaffoldError, UsageError, did_you_mean, one_line
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; mistakes become one line on stderr."""
    streams.prepare()
    _end_in_order()
    code = _guarded(arguments)
    failed = streams.finish(sys.stdout)
    if failed is not None and code in (0, DRIFT):  # else what went wrong before is said already
        code = streams.NOBODY_READS if isinstance(failed, BrokenPipeError) else _explain(machine.output_failed(failed))
    streams.finish(sys.stderr)
    return code


def _guarded(arguments: Sequence[str]) -> int:  # noqa: PLR0911  # each end has a code of its own
    """The last guard: whatever comes up ends here, in one line."""
    try:
        code = app(list(arguments), prog_name="scaffold", standalone_mode=False)
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
    if isinstance(error, Cancelled) and error.resume:
        output.say_plain(f"To go on from here:\n  {error.resume}", to=sys.stderr)
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
    output.say_error(f"{one_line(message, 500)} (scaffold --help lists what there is)")
    return error.exit_code


def _end_in_order() -> None:
    """Let SIGTERM, and the end of the terminal, end the process with every clean-up done."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _stop_in_order)


def _stop_in_order(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
