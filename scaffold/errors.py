"""What can go wrong through the user, a template or the machine: data in the error, one line of text, an exit code."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

from scaffold.text import escaped, one_line, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scaffold.foreign.trust import Actions


class ScaffoldError(Exception):
    """Anything that ends a command with one line of explanation instead of a traceback."""

    exit_code: ClassVar[int] = 1


class UsageError(ScaffoldError):
    """A flag, an answer or an answers file that cannot be used as it is."""

    exit_code = 2


class BadAnswer(UsageError):
    """A value that a question does not take."""

    def __init__(self, flag: str, value: object, reason: str) -> None:
        self.flag = flag
        super().__init__(f"{flag}: {shown(value)} {reason}")


class UnknownKey(UsageError):
    """A key of an answers file that is no question."""

    def __init__(self, key: str, known: Iterable[str], where: Path) -> None:
        super().__init__(f"{_place(where)}: there is no question {shown(key)}{did_you_mean(key, known)}")


class MissingAnswers(UsageError):
    """Questions that have to be answered, where nobody can be asked."""

    def __init__(self, missing: Sequence[str], suggested: str) -> None:
        super().__init__(f"no terminal to ask at: add {suggested} (missing: {', '.join(missing)}), or --defaults")


class Unanswered(MissingAnswers):
    """The same for questions that a team's template asks: nothing on the command line was wrong."""

    exit_code = 1


class NoDefault(ScaffoldError):
    """Questions of a team's template that have no default to take."""

    def __init__(self, names: Sequence[str], flags: str) -> None:
        super().__init__(f"the template has no default for {', '.join(names)}: add {flags}")


class BadAnswersFile(UsageError):
    """An answers file that cannot be read."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        super().__init__(f"--answers {_place(path, line)}: {reason}")


class BadRecord(ScaffoldError):
    """An answers file of generated code that cannot be read, or is not what was written."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        super().__init__(f"{_place(path, line)}: {reason}; restore the file from your version control")


class NothingGenerated(ScaffoldError):
    """A place without the generated code that was asked for."""

    def __init__(self, place: Path, reason: str) -> None:
        super().__init__(f"{_shown_path(place)} {reason}")


class NothingToUndo(ScaffoldError):
    """A place where no command of ours left a record, or one that was taken back."""

    def __init__(self, root: Path, reason: str = "scaffold wrote nothing here, or it is taken back already") -> None:
        super().__init__(f"nothing to undo in {_shown_path(root)}: {reason}")


class NotForgotten(ScaffoldError):
    """Records of runs, with former contents of files, that the system refuses to remove."""

    def __init__(self, records: Path) -> None:
        super().__init__(f"{_shown_path(records)} holds former contents of files that cannot be removed: delete it")


class NotUndoable(ScaffoldError):
    """A state of the user's repository in which a change could not be taken back by it."""

    def __init__(self, root: Path, reason: str, remedy: str) -> None:
        super().__init__(f"{_shown_path(root)} {reason}: {remedy}")


class NoRepository(ScaffoldError):
    """A place that no git repository has in its work tree."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"{_shown_path(place)} is not in a git repository")


class RepositoryFault(ScaffoldError):
    """A git repository, or a file of it, that cannot be read or given anything."""

    def __init__(self, place: Path, reason: str) -> None:
        super().__init__(f"{_shown_path(place)} {one_line(reason)}")


class BadConfig(ScaffoldError):
    """A configuration file of the user's project that cannot be read."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        place = f"{_shown_path(path)}, line {line}" if line else _shown_path(path)
        super().__init__(f"{place}: {reason}; fix it first")


class NoProject(ScaffoldError):
    """A place where there is no project that could be looked at."""

    def __init__(self, place: Path, reason: str) -> None:
        super().__init__(f"{_shown_path(place)} {reason}")


class NoPackage(ScaffoldError):
    """A project without a package that a module could belong to."""

    def __init__(self, root: Path, projects: Sequence[str]) -> None:
        self.projects = projects
        remedy = (
            f"give one of its projects as PROJECT ({', '.join(projects)})" if projects else "name it with --package"
        )
        super().__init__(f"{_shown_path(root)} has no package that a module could go into: {remedy}")


class SeveralPackages(UsageError):
    """A project with more than one package, and nothing that says which is meant."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = packages
        super().__init__(f"there are several packages: choose with --package {'|'.join(packages)}")


class Taken(BadAnswer):
    """A name for a module under which something is there already."""

    exit_code = 1


class CannotAdd(ScaffoldError):
    """A requirement for which pyproject.toml has no place that we know."""

    def __init__(self, path: Path, addition: str) -> None:
        super().__init__(f"--write-config: {_shown_path(path)} has no place for {addition}: add it by hand")


class BadDestination(ScaffoldError):
    """A place where no project can be written."""

    def __init__(self, dest: Path, reason: str) -> None:
        super().__init__(f"{_shown_path(dest)} {reason}")


class Clashes(ScaffoldError):
    """Files that are there already and would be replaced."""

    def __init__(self, dest: Path, clashes: Sequence[str]) -> None:
        self.clashes = clashes
        names = ", ".join(clashes) or "other files"
        super().__init__(f"{_shown_path(dest)} is not empty ({names}): choose another DEST, or replace with --force")


class WriteFailed(ScaffoldError):
    """The file system refused a write; everything written before it has been taken back."""

    def __init__(self, dest: Path, error: OSError) -> None:
        super().__init__(f"cannot write {_shown_path(dest)}: {error.strerror or error}; nothing was changed")


class NotTakenBack(ScaffoldError):
    """A write that failed or was killed, where the file system refuses to take it back as well."""

    def __init__(self, dest: Path, error: OSError) -> None:
        super().__init__(
            f"cannot write {_shown_path(dest)}: {error.strerror or error}; some files are changed already:"
            " fix that, then any scaffold command that writes there takes them back first"
        )


class ChangedMeanwhile(ScaffoldError):
    """A file that somebody changed between the decision to write it and the write; nothing was changed."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{_shown_path(path)} was changed by somebody else meanwhile; nothing was written: run it again"
        )


class Busy(ScaffoldError):
    """A directory in which another run is at work; `holder` says which."""

    def __init__(self, dest: Path, holder: str) -> None:
        super().__init__(
            f"{_shown_path(dest)}: {holder} is at work there; wait until it has ended, then run this again"
        )


class NoStateFolder(ScaffoldError):
    """No folder for the record of a run, without which it could not be taken back."""

    def __init__(self, dest: Path, folder: Path | None = None, error: OSError | None = None) -> None:
        rest = (
            "no folder for the record of this run can be written;"
            " set XDG_STATE_HOME to one that is yours alone, outside of the project"
            if folder is None or error is None
            else f"its record cannot be kept in {_shown_path(folder)}: {error.strerror or error};"
            " set XDG_STATE_HOME to a folder of yours where it can; nothing was changed"
        )
        super().__init__(f"cannot write {_shown_path(dest)}: {rest}")


class NoRoom(ScaffoldError):
    """The disk for temporary files is full."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"no space is left for temporary files in {_shown_path(folder)}: make room there, or set TMPDIR to a folder"
            " on another disk"
        )


class TemplateFault(ScaffoldError):
    """A template that cannot be rendered."""

    def __init__(self, template: str, reason: str, line: int | None = None) -> None:
        place = escaped(f"{template}:{line}" if line else template)
        super().__init__(f"template {place}: {one_line(reason)}")


class TemplateNotTrusted(ScaffoldError):
    """A template that would run commands or load code, which the user has not agreed to for exactly this version."""

    exit_code = 4

    def __init__(self, actions: Actions, given: str | None) -> None:
        self.actions = actions
        commands = "; ".join(one_line(f"{kind} {text}") for kind, text in actions.listed())
        changed = "is not what you trusted with --trust, and " if given else ""
        super().__init__(
            f"the template {changed}would run: {commands}; "
            f"read its files, and if you trust them add --trust {actions.digest}"
        )


class NoTemplate(ScaffoldError):
    """A place that is no template of Copier's, or none that can be looked at."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{_shown_path(path)} {reason}")


class NotEjected(ScaffoldError):
    """A repository that cannot be given later versions of the bundled templates."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{_shown_path(path)} {reason}")


class NotEvaluated(ScaffoldError):
    """The process in which a template's defaults are evaluated did not start."""

    def __init__(self) -> None:
        super().__init__("the defaults could not be evaluated: this Python does not run as `python -I -S`")


class GitUnusable(ScaffoldError):
    """There is no git, or one that is too old."""


class GitFailed(ScaffoldError):
    """Git refused to do its part."""

    def __init__(self, command: str, output: str) -> None:
        self.output = output
        lines = [line.removeprefix("fatal: ") for line in output.splitlines() if line.strip()]
        super().__init__(f"git {command}: {one_line(lines[0]) if lines else 'failed'}")


class UnknownVersion(ScaffoldError):
    """A version of the bundled templates that this scaffold does not have."""

    def __init__(self, version: str, known: Sequence[str], *, newer: bool) -> None:
        if newer:
            remedy = "is newer than this scaffold: upgrade it (python -m pip install --upgrade scaffold-threads)"
        else:
            remedy = f"was never released: there are {', '.join(known)}"
        super().__init__(f"version {shown(version)} of the templates {remedy}")


class Cancelled(ScaffoldError):
    """The user said no, or pressed Ctrl-C or Ctrl-D."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("cancelled; nothing was written")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A closing question that names the nearest known word, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _place(path: Path, line: int | None = None) -> str:
    """A file, and a line of it, in the form that editors follow."""
    text = str(path)
    name = text if text.isprintable() and len(text) <= 250 else _shown_path(path)
    return f"{name}:{line}" if line else name


def _shown_path(path: Path) -> str:
    return shown(str(path), longest=250)
