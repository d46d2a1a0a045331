"""From a plan to the disk."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from scaffold.errors import WriteFailed
from scaffold.writing.job import Job
from scaffold.writing.journal import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scaffold.plan import Plan
    from scaffold.writing.recovery import Recovery

REPOSITORY = ".git"


def publish(
    plan: Plan, command: str, *, make_repository: Callable[[Path], None] | None = None, undoable: bool = True
) -> Recovery:
    """Write the plan's files, all or none.

    Args:
        plan: What to write, and where.
        command: What the user called, for messages and for the list of what can be undone.
        make_repository: Makes a repository of a directory that has none, in a folder that holds all the files. It is
            not part of what `scaffold undo` takes back.
        undoable: Whether `scaffold undo` can take the files back.

    Raises:
        Busy: Another run is at work there.
        ChangedMeanwhile: Something there is not as it was when the plan was made; nothing was changed.
        NoStateFolder: There is no place for the record of the run.
        WriteFailed: The file system refused; nothing was changed.
    """
    job = Job(
        dest=plan.dest,
        command=command,
        files=plan.written,
        removed=plan.removed,
        executable=plan.executable,
        modes=plan.modes,
        folders=plan.folders,
        folders_gone=plan.folders_gone,
        expected=plan.expected,
        empty=plan.was_fresh,
        finish=make_repository,
        last=None if make_repository is None else REPOSITORY,
        keep=undoable,
    )
    made: list[Path] = []
    try:
        for folder in plan.missing_parents:
            folder.mkdir()
            made.append(folder)
        return write(job)
    except BaseException as error:
        for folder in reversed(made):
            with suppress(OSError):  # somebody has put something there
                folder.rmdir()
        if isinstance(error, OSError):
            raise WriteFailed(plan.dest, error) from error
        raise
