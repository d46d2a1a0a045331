"""What the machine refuses, whatever the command: files, memory, streams, directories; and what nobody thought of."""

from __future__ import annotations

import os

from scaffold.errors import ScaffoldError
from scaffold.text import one_line


class SystemRefused(ScaffoldError):
    """The file system, or another part of the machine, refused something that no other error speaks of."""

    def __init__(self, error: OSError) -> None:
        names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, (str, bytes))]
        place = " -> ".join(one_line(ascii(name)) for name in names)
        reason = one_line(error.strerror or str(error) or type(error).__name__)
        if reason.startswith("No usable temporary directory"):  # Python's own words name each that it tried
            reason += ": set TMPDIR to one that can be written"
        super().__init__(f"{place}: {reason}" if place else f"the system refused: {reason}")


class OutOfMemory(ScaffoldError):
    """The machine, or a limit on this process, has no more memory."""

    def __init__(self) -> None:
        super().__init__("there is not enough memory for this: end other programs, or raise the limit (ulimit -v)")


class OutOfProcesses(ScaffoldError):
    """The machine, or a limit on this user, has no room for another thread."""

    def __init__(self) -> None:
        super().__init__("no further thread can be started: end other programs, or raise the limit (ulimit -u)")


class OutputFailed(ScaffoldError):
    """What the command prints does not arrive; what it wrote besides is written."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"stdout cannot be written: {error.strerror or error}")


class NoWorkingDirectory(ScaffoldError):
    """The current directory was deleted, or may not be entered."""

    def __init__(self) -> None:
        known = os.environ.get("PWD", "")
        place = f"the working directory {one_line(ascii(known))}" if known else "the working directory"
        super().__init__(f"{place} no longer exists or cannot be read: change to one that can (cd)")

    @classmethod
    def behind(cls, error: ScaffoldError) -> ScaffoldError:
        """This as what brought `error` about, where it is so; else `error`."""
        try:
            os.getcwd()  # noqa: PTH109  # the least that can fail
        except OSError:
            return cls()
        return error


class NoHome(ScaffoldError):
    """No home directory to keep anything in."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}: set HOME to your home directory")


class Unexpected(ScaffoldError):
    """What nobody thought of: a fault of scaffold's own, or memory or nesting beyond what there is."""

    def __init__(self, error: BaseException) -> None:
        said = f"{type(error).__name__}: {one_line(str(error))}" if str(error) else type(error).__name__
        super().__init__(
            f"an unexpected {said}; please report it with the output of scaffold --version and of the same command "
            "with SCAFFOLD_TRACEBACK=1"
        )
