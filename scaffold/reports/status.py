"""What a person or a program reads about generated code that is there already."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold import shell
from scaffold.answersfile import USUAL_NAME
from scaffold.errors import ScaffoldError, UsageError
from scaffold.life.check import Group
from scaffold.life.majors import is_out
from scaffold.life.patch import diff
from scaffold.reports.files import file_text
from scaffold.text import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scaffold.life.check import Drift, Status
    from scaffold.life.merge import Change
    from scaffold.life.update import Update


def update_text(update: Update, *, written: bool) -> str:
    """What an update does to each file, as a diff too where nothing is written, and what the user has to do then."""
    lines = [
        f"{change.outcome.value:<9} {visible(str(change.path))}{f'  ({change.why})' if change.why else ''}"
        for change in update.changes
    ]
    lines += [
        f"the new example of {visible(str(change.path))}: {_see_example(update, change, written=written)}"
        for change in update.changes
        if change.example is not None
    ]
    lines += _by_hand_text(update)
    if not written and update.changes:
        lines += ["", "".join(diff(change) for change in update.changes).rstrip("\n")]
    return "\n".join(lines) or "nothing changes"


def _see_example(update: Update, change: Change, *, written: bool) -> str:
    """How to see it: once all is written, what is on record generates it."""
    if written:
        return _check_show(update.root, change.path)
    return f"add {shell.command(['--show', str(change.path)])}"


def _check_show(root: Path, path: PurePosixPath) -> str:
    """The command that prints a file as it was generated, to be pasted here."""
    words = ["scaffold", "check", "--show", str(path)]
    if str(root) != ".":
        words.append(shell.path_word(root))
    return shell.command(words)


def _by_hand_text(update: Update) -> Iterator[str]:
    for step in update.steps:
        if step.by_hand:
            yield ""
            reason = "the new design" if step.version == step.piece.version else f"version {step.version}"
            yield f"To do by hand for {reason}:"
            yield from (f"  {visible(str(item.path))}:{item.line}: {item.say}" for item in step.by_hand)
        if step.renamed:
            yield ""
            yield "To do by hand, since a name has changed:"
            yield from (f"  {visible(str(item.path))}:{item.line}: {item.say}" for item in step.renamed)


def example_text(update: Update, name: str) -> str:
    """The new example of a file of the owner's that is kept.

    Raises:
        UsageError: There is none.
    """
    examples = {str(change.path): change.example for change in update.changes if change.example is not None}
    if name not in examples:
        there = f"there are {', '.join(map(ascii, examples))}" if examples else "no file of yours is kept"
        raise UsageError(f"--show: there is no new example of {name!a} ({there})")
    return file_text(PurePosixPath(name), examples[name])


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
                "by_hand": [{"path": str(item.path), "line": item.line, "say": item.say} for item in step.by_hand],
                "renamed": [{"path": str(item.path), "line": item.line, "say": item.say} for item in step.renamed],
            }
            for step in update.steps
        ],
        "files": [
            {
                "path": str(change.path),
                "outcome": change.outcome.value,
                "why": change.why,
                "diff": diff(change),
                "example": None if change.example is None else change.example.decode("utf-8", "backslashreplace"),
            }
            for change in update.changes
        ],
        "conflicts": [str(change.path) for change in update.conflicts],
    }


_GROUPS = {
    Group.YOURS: "yours",
    Group.MACHINERY: "machinery",
    Group.SHARED: "merged by an update",
    Group.GENERATED: "generated",
}


def check_text(statuses: Sequence[Status], *, with_diff: bool, strict: bool) -> str:
    """How the pieces of a project stand."""
    lines: list[str] = []
    for status in statuses:
        name = visible(_name(status))
        if status.problem:
            lines.append(f"{name}: {status.problem}")
            continue
        age = f"{status.version}, newest {status.target}" if status.is_behind else f"{status.version} is current"
        lines.append(f"{name}: {age}")
        lines += [f"  note: {one_line(remark, 1000)}" for remark in status.remarks]
        lines += [f"  {version}: {one_line(text, 1000)}" for version, text in status.notes]
        if status.newer_major:
            lines.append(f"  {is_out(status.newer_major)}")
        for group, title in _GROUPS.items():
            found = [drift for drift in status.drift if drift.group is group]
            lines += (
                [f"  {title}:", *(_drift_text(status.root, drift, strict=strict) for drift in found)] if found else []
            )
        if with_diff:
            lines += [diff(drift.change).rstrip("\n") for drift in status.drift]
    return "\n".join([*lines, *map(_next, next_steps(statuses))])


def _name(status: Status) -> str:
    """What a piece is called: the project by its path, a module by its name beside the path of a project elsewhere."""
    if status.module is None and not USUAL_NAME.fullmatch(status.answers_file):
        return f"{status.root}, {status.answers_file}"
    if status.module is None:
        return str(status.root)
    return status.module if str(status.root) == "." else f"{status.root}, module {status.module}"


def _next(step: str) -> str:
    return f"Next: {step}" + (" (--dry-run shows the changes first)" if step.startswith("scaffold update") else "")


def next_steps(statuses: Sequence[Status]) -> Iterator[str]:
    """What to do about it, in this order."""
    if any(drift.kind == "conflict" for status in statuses for drift in status.drift):
        yield "resolve the conflicts, and commit"
    behind = [status for status in statuses if status.is_behind]
    if behind:
        words = ["scaffold", "update", *([] if str(behind[0].root) == "." else [shell.path_word(behind[0].root)])]
        # All that is behind is updated at once, unless what cannot be compared would stop it.
        only = len(behind) == 1 and any(status.problem for status in statuses) and behind[0].module
        yield shell.command([*words, *(["--module", only] if only else [])])


def _drift_text(root: Path, drift: Drift, *, strict: bool) -> str:
    path = visible(str(drift.path))
    mark = ""
    if drift.kind == "conflict":
        mark = "  (resolve it)"
    elif drift.by_task:
        mark = "  (or by a task of the template)"
    elif drift.fails:
        mark = f"  (missing: {_check_show(root, drift.path)} prints it)"
    elif strict and drift.fails_strictly:
        mark = "  (--strict)"
    return f"    {drift.kind:<10} {path}{mark}"


def check_json(
    project: str, found: Sequence[Status] | ScaffoldError, *, with_diff: bool, strict: bool
) -> dict[str, object]:
    """The same as data."""
    if isinstance(found, ScaffoldError):
        return {"project": project, "error": str(found), "clean": False, "pieces": [], "next": []}
    return {
        "project": project,
        "error": None,
        "clean": all(status.is_strictly_clean if strict else status.is_clean for status in found),
        "pieces": [
            {
                "module": status.module,
                "answers_file": status.answers_file,
                "version": status.version,
                "newest": status.newest,
                "behind": status.is_behind,
                "update_to": status.target,
                "newer_major": status.newer_major,
                "problem": status.problem or None,
                "trusted": not status.is_untrusted,
                "remarks": list(status.remarks),
                "notes": [{"version": version, "text": text} for version, text in status.notes],
                "drift": [_drift_json(drift, with_diff=with_diff, strict=strict) for drift in status.drift],
            }
            for status in found
        ],
        "next": [*next_steps(found)],
    }


def _drift_json(drift: Drift, *, with_diff: bool, strict: bool) -> dict[str, object]:
    return {
        "path": str(drift.path),
        "kind": drift.kind,
        "group": drift.group.value,
        "fails": drift.fails_strictly if strict else drift.fails,
        **({"diff": diff(drift.change)} if with_diff else {}),
    }
