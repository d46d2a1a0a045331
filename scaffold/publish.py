"""Writing a plan so that every moment shows either nothing of it or all of it.

The files go to a directory beside the destination, which is then renamed into place: one atomic step. A directory that
holds files already cannot be swapped in one step; there each replaced file is kept until the last one is in place, and
whatever interrupts takes everything back. A process that was killed in the middle leaves a record, and the next
command at the same place takes it back then.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import WriteFailed
from scaffold.within import Within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scaffold.plan import Plan

_STAGING_PREFIX = ".scaffold-"
_RECORD = "undo.json"
_ABANDONED_AFTER = 60  # seconds; staging takes well under one


def publish(plan: Plan, *, finish: Callable[[Path], None] | None = None) -> None:
    """Write the plan's files, all or none.

    Args:
        plan: What to write, and where.
        finish: What else belongs to a new directory; it is called with the directory before that is in its place.

    Raises:
        WriteFailed: The file system refused; nothing was changed.
    """
    dest = plan.dest.absolute()
    with _signals_wait():
        try:
            staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=_staging_place(plan, dest)))
            try:
                _publish_from(staging, plan, dest, finish)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        except OSError as error:
            raise WriteFailed(dest, error) from error


def _staging_place(plan: Plan, dest: Path) -> Path:
    """Beside the destination; inside it where that is a file system of its own, or its parent somebody else's."""
    parent = dest.parent
    if plan.is_fresh:
        return parent
    ours = os.access(parent, os.W_OK | os.X_OK) and parent.stat().st_dev == dest.stat().st_dev
    return parent if ours else dest


def _publish_from(staging: Path, plan: Plan, dest: Path, finish: Callable[[Path], None] | None) -> None:
    staged = staging / dest.name
    _write_all(plan, staged)
    if finish is not None:
        finish(staged)
    if plan.is_fresh:
        _rename_into_place(staged, dest)
    else:
        _replace_within(plan, staged, dest, staging)


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Ctrl-C and SIGTERM are delivered after these few milliseconds, not between any two of their steps."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def take_back_interrupted(dest: Path) -> list[str]:
    """Undo what a killed run left half-way in `dest`, and clear away what others left beside it; the files undone."""
    taken_back: list[str] = []
    found: list[Path] = []
    for place in (dest.absolute().parent, dest.absolute()):
        with suppress(OSError):  # it cannot be looked at, or its name is too long: then nothing was written there
            found += place.glob(f"{_STAGING_PREFIX}*")
    for staging in found:
        with suppress(OSError, ValueError, KeyError):  # another user's, or another scaffold's that ends right now
            taken_back += _take_back(staging, dest.absolute())
    return taken_back


def _take_back(staging: Path, dest: Path) -> list[str]:
    record = staging / _RECORD
    undone: list[str] = []
    if record.is_file():
        data = json.loads(record.read_text(encoding="utf-8"))
        if data["dest"] != str(dest):
            return []
        undone = _undo(Within(dest), staging, _paths(data["created"]), _paths(data["lost"]))
    elif time.time() - staging.stat().st_mtime < _ABANDONED_AFTER:
        return []  # it may belong to a scaffold that is at work right now
    shutil.rmtree(staging)
    return undone


def _write_all(plan: Plan, staged: Path) -> None:
    staged.mkdir()
    for path, content in plan.files.items():
        target = staged / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if path in plan.executable:
            target.chmod(target.stat().st_mode | 0o111)


def _rename_into_place(staged: Path, dest: Path) -> None:
    if os.name == "nt" and dest.exists():
        dest.rmdir()  # only POSIX renames onto an empty directory
    staged.rename(dest)


def _replace_within(plan: Plan, staged: Path, dest: Path, staging: Path) -> None:
    changes = plan.changes()
    created = [path for path, change in changes.items() if change == "new"]
    replaced = [path for path, change in changes.items() if change == "replaced"]
    removed = sorted(plan.removed)
    within = Within(dest)
    for path in (*replaced, *removed):
        kept = staging / "kept" / path
        kept.parent.mkdir(parents=True, exist_ok=True)
        within.copy_out(path, kept)
    lost = [*replaced, *removed]
    record = {"dest": str(dest), "created": [*map(str, created)], "lost": [*map(str, lost)]}
    (staging / "record.tmp").write_text(json.dumps(record), encoding="utf-8")
    (staging / "record.tmp").rename(staging / _RECORD)
    with ExitStack() as rollback:
        rollback.callback(_undo, within, staging, created, lost)
        for path in (*created, *replaced):
            if path in replaced:
                (staged / path).chmod(within.mode(path))
            within.replace(staged / path, path)
        for path in removed:
            within.unlink(path)
        (staging / _RECORD).unlink()  # from here on it counts as done
        rollback.pop_all()
    for path in removed:
        _remove_empty_parents(within, path)


def _undo(within: Within, staging: Path, created: Sequence[PurePosixPath], lost: Sequence[PurePosixPath]) -> list[str]:
    for path in lost:
        kept = staging / "kept" / path
        if kept.exists():
            within.replace(kept, path)
    for path in created:
        with suppress(OSError):  # its folder was never made, or is a link by now, through which nothing was written
            within.unlink(path)
        _remove_empty_parents(within, path)
    return [str(path) for path in (*created, *lost)]


def _remove_empty_parents(within: Within, path: PurePosixPath) -> None:
    with suppress(OSError):  # the first that is not empty
        for parent in path.parents[:-1]:
            within.rmdir(parent)


def _paths(names: Sequence[str]) -> list[PurePosixPath]:
    return [PurePosixPath(name) for name in names]
