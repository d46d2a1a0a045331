"""What the machine refuses, whatever the command: files, memory, streams, directories; and what nobody thought of."""

from __future__ import annotations

import os

from scaffold.errors import Refused, ScaffoldError
from scaffold.text import one_line

_MOST_ON_WINDOWS = 61  # processes of a pool: it waits for them all at once, and Windows for no more


class NoHome(Refused):
    """No home directory to keep anything in."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}:", "set HOME to your home directory")


def processors() -> int:
    """How many processes of a pool can work at once: as many as there are CPUs that this one may use."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(found, _MOST_ON_WINDOWS) if os.name == "nt" else found


def refused_by_system(error: OSError) -> Refused:
    """What is said where a part of the machine refused something that no other error speaks of."""
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, (str, bytes))]
    place = " -> ".join(one_line(ascii(name)) for name in names)
    reason = one_line(error.strerror or str(error) or type(error).__name__)
    if reason.startswith("No usable temporary directory"):  # Python's own words name each that it tried
        reason += ": set TMPDIR to one that can be written"
    return Refused(f"{place or 'the system refused'}:", reason)


def out_of_memory() -> Refused:
    """What is said where the machine, or a limit on this process, has no more memory."""
    return Refused("there is not enough memory for this:", "end other programs, or raise the limit (ulimit -v)")


def out_of_processes() -> Refused:
    """What is said where the machine, or a limit on this user, has no room for another thread."""
    return Refused("no further thread can be started:", "end other programs, or raise the limit (ulimit -u)")


def output_failed(error: OSError) -> Refused:
    """What is said where nothing that the command prints arrives; what it wrote besides is written."""
    return Refused("stdout cannot be written:", error.strerror or str(error))


def behind(error: ScaffoldError) -> ScaffoldError:
    """What brought `error` about where that is the current directory, deleted or not to be entered; else `error`."""
    try:
        os.getcwd()  # noqa: PTH109  # the least that can fail
    except OSError:
        known = os.environ.get("PWD", "")
        place = f"the working directory {one_line(ascii(known))}" if known else "the working directory"
        return Refused(place, "no longer exists or cannot be read: change to one that can (cd)")
    return error


def unexpected(error: BaseException) -> Refused:
    """What is said of what nobody thought of: a fault of scaffold's own, or nesting beyond what there is."""
    said = f"{type(error).__name__}: {one_line(str(error))}" if str(error) else type(error).__name__
    return Refused(
        f"an unexpected {said};",
        "please report it with the output of scaffold --version and of the same command with SCAFFOLD_TRACEBACK=1",
    )
