"""What a person or a program reads about generated code that is there already."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.life.merge import diff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.life.check import Status
    from scaffold.life.update import Update


def update_text(update: Update, *, with_diff: bool) -> str:
    """What an update does to each file, and what the user has to do then."""
    lines = [
        f"{change.outcome.value:<9} {_printable(change.path)}{f'  ({change.why})' if change.why else ''}"
        for change in update.changes
    ]
    if with_diff:
        lines += ["", "".join(diff(change) for change in update.changes).rstrip("\n")]
    return "\n".join(lines) if update.changes else "nothing changes"


def update_json(update: Update, *, written: bool) -> dict[str, object]:
    """The same as data."""
    return {
        "project": str(update.root),
        "written": written,
        "pieces": [
            {
                "answers_file": step.piece.answers_file,
                "module": step.piece.module,
                "from": step.piece.version,
                "to": step.version,
                "notes": list(step.notes),
            }
            for step in update.steps
        ],
        "files": [
            {"path": str(change.path), "outcome": change.outcome.value, "why": change.why, "diff": diff(change)}
            for change in update.changes
        ],
        "conflicts": [str(change.path) for change in update.conflicts],
    }


def check_text(statuses: Sequence[Status], *, with_diff: bool) -> str:
    """How the pieces of a project stand."""
    lines: list[str] = []
    for status in statuses:
        name = _printable(PurePosixPath(status.root / (status.module or "")))
        if status.problem:
            lines.append(f"{name}: {status.problem}")
            continue
        age = f"{status.version} is current" if not status.is_behind else f"{status.version}, newest {status.newest}"
        lines.append(f"{name}: {age}")
        lines += [f"  {drift.kind:<10} {_printable(drift.path)}" for drift in status.drift]
        if with_diff:
            lines += [diff(drift.change).rstrip("\n") for drift in status.drift]
    return "\n".join(lines)


def check_json(project: str, found: Sequence[Status] | ScaffoldError, *, with_diff: bool) -> dict[str, object]:
    """The same as data."""
    if isinstance(found, ScaffoldError):
        return {"project": project, "error": str(found), "clean": False, "pieces": []}
    return {
        "project": project,
        "error": None,
        "clean": all(status.is_clean for status in found),
        "pieces": [
            {
                "module": status.module,
                "answers_file": status.answers_file,
                "version": status.version,
                "newest": status.newest,
                "behind": status.is_behind,
                "problem": status.problem or None,
                "drift": [
                    {"path": str(drift.path), "kind": drift.kind} | ({"diff": diff(drift.change)} if with_diff else {})
                    for drift in status.drift
                ],
            }
            for status in found
        ],
    }


def _printable(path: PurePosixPath) -> str:
    return str(path) if str(path).isprintable() else ascii(str(path))
