"""What can go wrong through the user, a template or the machine: a subject and a reason, in one line with an exit code.

There is a base for each exit code. A class of its own has only what somebody catches, here or in a test.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from scaffold.text import escaped, one_line, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FIX: Final = (
    r"(?s)[:;] ((?:add|change|choose|commit|delete|did you mean|end|fix|git|give|install|leave|look|make|move|name|put"
    r"|read|remove|rename|resolve|restore|run|say|set|take|upgrade|use|wait"
    r"|scaffold (?:add|advise|check|new|probe|reanswer|rules|template|undo|update))\b.+)"
)
"""What to do stands last in a message, and begins with one of these words."""

DRIFT: Final = 3
"""The exit code of a command that found conflicts or drift: no error, what it found stands on stdout."""


class ScaffoldError(Exception):
    """Anything that ends a command with one line of explanation instead of a traceback."""

    exit_code: ClassVar[int]

    def __init__(self, subject: Path | str, reason: str = "") -> None:
        """What the line is about, where a path is quoted, and what is wrong with it; a text may be the whole line."""
        super().__init__(subject, reason)
        self.subject, self.reason = subject, reason

    def __str__(self) -> str:
        """The line."""
        subject = shown_path(self.subject) if isinstance(self.subject, Path) else self.subject
        return f"{subject} {self.reason}" if self.reason else subject


class Refused(ScaffoldError):
    """Something that cannot be done, or failed."""

    exit_code = 1


class UsageError(ScaffoldError):
    """A flag, an answer or an answers file that cannot be used as it is."""

    exit_code = 2


class NotTrusted(ScaffoldError):
    """What would be run, and the user has not agreed to."""

    exit_code = 4


class Cancelled(ScaffoldError):
    """The user said no, or pressed Ctrl-C or Ctrl-D."""

    exit_code = 130

    def __init__(self, why: str = "cancelled", *, resume: str = "", chosen: bool = False) -> None:
        """What happened; the command that goes on from there, where answers would be lost; whether it was a choice."""
        self.why, self.resume, self.chosen = why, resume, chosen
        super().__init__(f"{why}; nothing was written")

    def resumed_by(self, command: str) -> Cancelled:
        """The same with the command that goes on, unless there is one already."""
        return Cancelled(self.why, resume=self.resume or command, chosen=self.chosen)


EXIT_CODES: Final = {
    0: "done",
    Refused.exit_code: "refused or failed",
    UsageError.exit_code: "usage",
    DRIFT: "conflicts or drift",
    NotTrusted.exit_code: "not trusted",
    Cancelled.exit_code: "cancelled",
}
"""What each exit code of a command means."""


class CancelledTooLate(ScaffoldError):
    """The user pressed Ctrl-C when the files were in their places already."""

    exit_code = 130

    def __init__(self, *, undoable: bool = True) -> None:
        hint = ": scaffold undo takes it back" if undoable else ""
        super().__init__(f"cancelled too late, all was done already{hint}")


# --- answers --------------------------------------------------------------------------------------------------------


class BadAnswer(UsageError):
    """A value that a question does not take."""

    def __init__(self, flag: str, value: object, reason: str) -> None:
        self.flag = flag
        self.in_words = f"{shown(value, 40) if str(value).strip() else 'the answer'} {reason}"
        """The line for somebody who was asked, and used no flag."""
        super().__init__(f"{flag}: {shown(value)}", reason)


class Taken(BadAnswer):
    """A name for a module under which something is there already."""

    exit_code = 1


class SeveralPackages(UsageError):
    """A project with more than one package, and nothing that says which is meant."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = packages
        super().__init__(f"there are several packages: choose with --package {'|'.join(packages)}")


# --- projects and their repositories --------------------------------------------------------------------------------


class NoProject(Refused):
    """A place where there is no project that could be looked at."""


class NothingGenerated(Refused):
    """A place without the generated code that was asked for."""


class NoRepository(Refused):
    """A place that no git repository has in its work tree."""

    def __init__(self, place: Path) -> None:
        super().__init__(place, "is not in a git repository")


class RepositoryFault(Refused):
    """A git repository, or a file of it, that cannot be read or given anything."""

    def __init__(self, place: Path, reason: str) -> None:
        super().__init__(place, one_line(reason))


class NotUndoable(Refused):
    """A state of the user's repository in which a change could not be taken back by it."""


class GitFailed(Refused):
    """Git refused to do its part."""

    def __init__(self, command: str, output: str) -> None:
        self.output = output
        lines = [line.removeprefix("fatal: ") for line in output.splitlines() if line.strip()]
        super().__init__(f"git {command}:", one_line(lines[0]) if lines else "failed")


# --- writing --------------------------------------------------------------------------------------------------------


class Busy(Refused):
    """A directory in which another run is at work; `holder` says which."""

    def __init__(self, dest: Path, holder: str) -> None:
        super().__init__(
            f"{shown_path(dest)}:", f"{holder} is at work there; wait until it has ended, then run this again"
        )


class ChangedMeanwhile(Refused):
    """A file that somebody changed between the decision to write it and the write; nothing was changed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "was changed by somebody else meanwhile; nothing was written: run it again")


class WriteFailed(Refused):
    """The file system refused a write; everything written before it has been taken back."""

    def __init__(self, dest: Path, error: OSError) -> None:
        super().__init__(f"cannot write {shown_path(dest)}:", f"{error.strerror or error}; nothing was changed")


class NotTakenBack(Refused):
    """A write that failed or was killed, where the file system refuses to take it back as well."""

    def __init__(self, dest: Path, error: OSError) -> None:
        super().__init__(
            f"cannot write {shown_path(dest)}:",
            f"{error.strerror or error}; some files are changed already:"
            " fix that, then any scaffold command that writes there takes them back first",
        )


class NoStateFolder(Refused):
    """No folder for the record of a run, without which it could not be taken back."""

    def __init__(self, dest: Path, folder: Path | None = None, error: OSError | None = None) -> None:
        super().__init__(
            f"cannot write {shown_path(dest)}:",
            "no folder for the record of this run can be written;"
            " set XDG_STATE_HOME to one that is yours alone, outside of the project"
            if folder is None or error is None
            else f"its record cannot be kept in {shown_path(folder)}: {error.strerror or error};"
            " set XDG_STATE_HOME to a folder of yours where it can; nothing was changed",
        )


class NothingToUndo(Refused):
    """A place where no command of ours left a record, or one that was taken back."""

    def __init__(self, root: Path, reason: str = "scaffold wrote nothing here, or it is taken back already") -> None:
        super().__init__(f"nothing to undo in {shown_path(root)}:", reason)


# --- templates ------------------------------------------------------------------------------------------------------


class TemplateFault(Refused):
    """A template that cannot be rendered."""

    def __init__(self, template: str, reason: str, line: int | None = None) -> None:
        super().__init__(f"template {escaped(f'{template}:{line}' if line else template)}:", one_line(reason))


# --- text -----------------------------------------------------------------------------------------------------------


def did_you_mean(word: str, known: Iterable[str], *, least: float = 0.5) -> str:
    """A closing question that names the nearest known word, or nothing where none is as alike as `least`, of 1."""
    from difflib import get_close_matches  # takes a while, and most runs have nothing to ask

    near = get_close_matches(word, list(known), n=1, cutoff=least)
    return f"; did you mean {near[0]!r}?" if near else ""


def fix_in(message: str) -> str | None:
    """The fix that a message ends with, as ours do; None where it names none."""
    found = re.search(_FIX, message)
    return found[1] if found else None


def at_line(path: Path, line: int | None = None) -> str:
    """A file, and a line of it, in the form that editors follow."""
    text = str(path)
    name = text if text.isprintable() and len(text) <= 250 else shown_path(path)
    return f"{name}:{line}" if line else name


def shown_path(path: Path) -> str:
    """A path in quotes."""
    return shown(str(path), longest=250)
