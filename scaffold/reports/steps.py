"""What a person or a program reads about the steps that can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.text import counted, escaped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scaffold.writing.recovery import Recovery
    from scaffold.writing.undo import Step, Undo


def step_text(step: Step) -> str:
    """A step in one line."""
    number = len(step.record.entries)
    files = counted(number, "file")
    return f"step {step.number}: scaffold {escaped(step.command)}, {step.when:%Y-%m-%d %H:%M}, {files}"


def steps_text(root: Path, steps: Sequence[Step]) -> str:
    """All steps, the newest first: that is the one that `scaffold undo` takes back."""
    if not steps:
        return f"nothing to undo in {escaped(str(root))}"
    return "\n".join(step_text(step) for step in reversed(steps))


def steps_json(root: Path, steps: Sequence[Step]) -> dict[str, object]:
    """The same as data."""
    return {"project": str(root), "steps": [_step_json(step) for step in reversed(steps)]}


def undo_text(undo: Undo, *, written: bool) -> str:
    """Which step is taken back, what becomes of its files, and what is left."""
    verbs = ("restored", "deleted", "left") if written else ("restore", "delete", "leave")
    restored, deleted, left = (f"{verb:<9}" for verb in verbs)
    lines = [step_text(undo.step)]
    lines += [f"{restored} {escaped(str(path))}" for path in undo.restored]
    lines += [f"{deleted} {escaped(str(path))}" for path in sorted(undo.deleted)]
    lines += [f"{left} {escaped(str(path))}  (changed since scaffold {undo.step.command})" for path in undo.left]
    return "\n".join(lines)


def undo_json(undo: Undo, *, written: bool) -> dict[str, object]:
    """The same as data."""
    return {
        "project": str(undo.step.root),
        "command": undo.step.command,
        "step": undo.step.number,
        "when": undo.step.when.isoformat(),
        "written": written,
        "restored": [str(path) for path in undo.restored],
        "deleted": [str(path) for path in sorted(undo.deleted)],
        "left": [str(path) for path in undo.left],
    }


def recovered_text(root: Path) -> str:
    """That a killed run was taken back, and no step before it."""
    return f"a run that was killed in {escaped(str(root))} is taken back; the steps before it are as they were"


def recovered_json(root: Path, recovery: Recovery) -> dict[str, object]:
    """The same as data."""
    return {
        "project": str(root),
        "command": None,
        "step": None,
        "when": None,
        "written": True,
        "restored": list(recovery.taken_back),
        "deleted": [],
        "left": list(recovery.kept),
    }


def forgotten_text(root: Path, number: int) -> str:
    """How many steps were forgotten."""
    return f"forgot {counted(number, 'step')} of {escaped(str(root))}"


def forgotten_json(root: Path, number: int) -> dict[str, object]:
    """The same as data."""
    return {"project": str(root), "forgotten": number}


def _step_json(step: Step) -> dict[str, object]:
    return {
        "step": step.number,
        "command": step.command,
        "when": step.when.isoformat(),
        "files": [entry.path for entry in step.record.entries],
    }
