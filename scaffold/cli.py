"""Running the command line: its exit codes, and a line of text for every mistake."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from typer.exceptions import Abort, TyperException

from scaffold.commands import app
from scaffold.errors import Cancelled, ScaffoldError, UsageError, did_you_mean
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; mistakes become one line on stderr."""
    output.prepare_streams()
    signal.signal(signal.SIGTERM, _stop_in_order)
    try:
        code = app(list(arguments), prog_name="scaffold", standalone_mode=False)
    except ScaffoldError as error:
        output.say_error(error)
        return error.exit_code
    except TyperException as error:
        return _explain_usage(error)
    except (Abort, KeyboardInterrupt):
        cancelled = Cancelled()
        output.say_error(cancelled)
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
    output.say_error(f"{message} (scaffold --help lists what there is)")
    return error.exit_code


def _stop_in_order(number: int, _frame: FrameType | None) -> NoReturn:
    """End on SIGTERM with every clean-up done."""
    raise SystemExit(128 + number)
