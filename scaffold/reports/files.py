"""A project that was made: its files, and what to do next."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from scaffold import shell
from scaffold.reports.output import colour_wanted
from scaffold.reports.wrapping import shows_signs
from scaffold.text import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePosixPath

    from scaffold.foreign.checkout import Checkout
    from scaffold.project import Project, TeamProject


def tree_text(root: str, paths: Iterable[PurePosixPath], marks: dict[PurePosixPath, str] | None = None) -> str:
    """The files as a tree, each with its mark, if it has one."""
    lines = [root]
    _branch(lines, "", sorted((path.parts, path) for path in paths), 0, marks or {})
    tree = "\n".join(lines)
    return tree if shows_signs() else tree.translate(_PLAIN_BRANCHES)


_PLAIN_BRANCHES = str.maketrans({"├": "|", "└": "`", "│": "|", "─": "-"})


def _branch(
    lines: list[str],
    indent: str,
    entries: Sequence[tuple[tuple[str, ...], PurePosixPath]],
    depth: int,
    marks: dict[PurePosixPath, str],
) -> None:
    groups: dict[str, list[tuple[tuple[str, ...], PurePosixPath]]] = {}
    for entry in entries:
        groups.setdefault(entry[0][depth], []).append(entry)
    for number, (name, members) in enumerate(groups.items(), start=1):
        last = number == len(groups)
        is_file = len(members[0][0]) == depth + 1
        mark = f"  ({marks[members[0][1]]})" if is_file and members[0][1] in marks else ""
        lines.append(f"{indent}{'└── ' if last else '├── '}{name}{'' if is_file else '/'}{mark}")
        if not is_file:
            _branch(lines, indent + ("    " if last else "│   "), members, depth + 1, marks)


_SPACES = str.maketrans("\n\t", "  ")


def file_text(path: PurePosixPath, content: bytes) -> str:
    """A file's content, highlighted where there is colour."""
    text = content.decode("utf-8", "backslashreplace")
    if not text.translate(_SPACES).isprintable():
        return "".join(line + "\n" for line in map(escaped, text.removesuffix("\n").split("\n")))
    if not colour_wanted(sys.stdout):
        return text
    from rich.console import Console
    from rich.syntax import Syntax

    console = Console()
    with console.capture() as capture:
        console.print(Syntax(text, Syntax.guess_lexer(path.name, text), background_color="default"))
    return capture.get()


_PYTHON, _PYTHON_OF_VENV = ("python", r".venv\Scripts\python") if os.name == "nt" else ("python3", ".venv/bin/python")
_IN_AN_OUTAGE: Final = (
    "In an outage each tick that fails is a line in the log, and the next one tries again: max_errors_in_a_row",
    "lets it give up, health() says how it is.",
)


def done_text(project: Project | TeamProject, repository: str = "") -> str:
    """What was made, what to do next, and how to make it again without being asked.

    Args:
        project: What was made.
        repository: A line about its git repository, or nothing.
    """
    dest = shell.quoted(shell.path_word(project.plan.dest))
    kept = dict.fromkeys(project.plan.kept, "kept")
    lines = [tree_text(str(project.plan.dest), project.plan.files, kept), ""]
    if project.made_from is None and project.recommendation is not None:
        work = next((path for path in project.plan.files if path.name == "work.py"), "work.py")
        lines += [
            f"**{project.recommendation.design.value}** is in place; your own work goes into {work}.",
            *([repository] if repository else []),
            "Next:",
            f"  cd {dest} && {_PYTHON} -m venv .venv",
            f'  {_PYTHON_OF_VENV} -m pip install -e ".[test]"',
            f"  {_PYTHON_OF_VENV} -m pytest",
            *(_IN_AN_OUTAGE if project.answers.get("work") == "periodic" else []),
            "",
        ]
    elif repository:
        lines += [repository, ""]
    return "\n".join([*lines, "The same again, without questions:", f"  {project.command}"])


def see_kept(project: Project | TeamProject, name: str, *, written: bool) -> str:
    """How to see what the template has for a file that is kept."""
    if not written:
        return f"--show {shell.quoted(name)} prints what the template has"
    if project.made_from is not None:
        return "what the template has for them is not written"
    place = str(project.plan.dest)
    words = ["scaffold", "check", "--show", name, *([] if place == "." else [shell.path_word(place)])]
    return f"{shell.command(words)} prints what the template has"


def checkout_json(checkout: Checkout) -> dict[str, object]:
    """Where a template came from."""
    return {"source": checkout.source, "ref": checkout.ref, "commit": checkout.commit}
