"""What a person or a program reads: every result as text, JSON, Markdown or Mermaid."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from scaffold.errors import escaped
from scaffold.rules import PRINCIPLES, RULES, Citation, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import PurePosixPath

    from scaffold.catalogue import Entry
    from scaffold.foreign import Checkout
    from scaffold.project import Project, TeamProject
    from scaffold.recommend import Recommendation

_BOLD, _RED, _RESET = "\033[1m", "\033[31m", "\033[0m"


def colour_wanted(stream: TextIO) -> bool:
    """Colour only on a terminal, and never where NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def prepare_streams() -> None:
    """Make what is printed arrive, whatever the terminal's encoding is and even where a stream is closed."""
    nowhere = Path(os.devnull)
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print `text`; on a terminal `**bold**` words stand out, elsewhere the marks are dropped."""
    stream = to or sys.stdout
    start, end = (_BOLD, _RESET) if colour_wanted(stream) else ("", "")
    pieces = text.split("**")
    print("".join(f"{start}{piece}{end}" if index % 2 else piece for index, piece in enumerate(pieces)), file=stream)


def say_plain(text: str) -> None:
    """Print `text` as it is: it may hold anything, also asterisks."""
    print(text)


def say_error(error: object) -> None:
    """One line on stderr."""
    start, end = (_RED, _RESET) if colour_wanted(sys.stderr) else ("", "")
    print(f"{start}error:{end} {' '.join(str(error).split())}", file=sys.stderr)


def print_json(document: object) -> None:
    """The one JSON document of a command, on stdout."""
    print(json.dumps(document, indent=2))


def say_note(text: str) -> None:
    """One line on stderr that explains, and stops nothing."""
    print(f"note: {text}", file=sys.stderr)


# --- recommendation -----------------------------------------------------------------------------------------------


def recommendation_text(recommendation: Recommendation) -> str:
    """The recommendation for a terminal, wrapped to its width."""
    design = recommendation.design
    lines = [f"Design: **{design.value}** ({design.family.api})", f"  {design.summary}"]
    if recommendation.recommended is not design:
        lines.append(f"  Chosen by you: the rules say {recommendation.recommended.value}.")
    lines += _section("Decided by", recommendation.decided_by)
    lines += _section("Overruled", recommendation.overruled, ". But here: ")
    lines += _section("Good to know", recommendation.cautions, ": ")
    if recommendation.would_change:
        lines += ["", "**Another answer would lead elsewhere**"]
        lines += [
            f"  {_answer_flag(change.axis, change.value):<24} {change.design.value}"
            for change in recommendation.would_change
        ]
    return "\n".join(lines)


def recommendation_json(recommendation: Recommendation) -> dict[str, object]:
    """The recommendation as data; docs/advice.schema.json is its schema."""
    workload = recommendation.workload
    return {
        "design": recommendation.design.value,
        "family": recommendation.design.family.value,
        "recommended": recommendation.recommended.value,
        "workload": {
            "shape": workload.shape.value,
            "results": workload.results,
            "status": workload.status,
            "state": workload.state,
            "long_running": workload.long_running,
            "volume": workload.volume.value,
            "bound": workload.bound.value,
        },
        "decided_by": [_cited_json(citation) for citation in recommendation.decided_by],
        "overruled": [_cited_json(citation) for citation in recommendation.overruled],
        "cautions": [_cited_json(citation) for citation in recommendation.cautions],
        "would_change": [
            {"answer": _answer_flag(change.axis, change.value), "design": change.design.value}
            for change in recommendation.would_change
        ],
    }


def _cited_json(citation: Citation) -> dict[str, str]:
    text = {"code": citation.code, "text": PRINCIPLES[citation.code].sentence}
    return text | {"because": citation.because} if citation.because else text


def _section(title: str, citations: Sequence[Citation], because: str = "") -> Iterator[str]:
    if not citations:
        return
    yield ""
    yield f"**{title}**"
    width = max(60, min(100, shutil.get_terminal_size().columns))
    for citation in citations:
        text = PRINCIPLES[citation.code].sentence + (f"{because}{citation.because}." if citation.because else "")
        yield from textwrap.wrap(
            text, width, initial_indent=f"  {citation.code:<4} ", subsequent_indent=" " * 7, break_on_hyphens=False
        )


def _answer_flag(axis: str, value: object) -> str:
    flag = axis.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag} {getattr(value, 'value', value)}"


# --- rules --------------------------------------------------------------------------------------------------------


def rules_text() -> str:
    """The whole table, then the codes, for a terminal."""
    rows = [f"{rule.number}  {rule.workload:<38} {rule.design.value:<16} {_codes(rule.decided_by)}" for rule in RULES]
    principles = [f"{p.code:<4} {p.sentence}" for p in PRINCIPLES.values()]
    return "\n".join(
        ["**The first row that a workload meets decides.**", "", *rows, "", "**What the codes mean**", "", *principles]
    )


def rules_json() -> dict[str, object]:
    """The whole table as data."""
    return {
        "rules": [
            {
                "number": rule.number,
                "workload": rule.workload,
                "when": {axis: _json_value(value) for axis, value in rule.when.items()},
                "design": rule.design.value,
                "decided_by": [_conditional_json(citation) for citation in rule.decided_by],
                "overrules": [_conditional_json(citation) for citation in rule.overrules],
            }
            for rule in RULES
        ],
        "principles": [
            {"code": p.code, "topic": p.topic, "text": p.text, "source": p.source} for p in PRINCIPLES.values()
        ],
    }


def _conditional_json(citation: Citation) -> dict[str, object]:
    when = {axis: _json_value(value) for axis, value in citation.when.items()}
    return {"code": citation.code, "when": when, "because": citation.because}


def _json_value(value: object) -> object:
    if isinstance(value, tuple):
        return [_json_value(member) for member in value]
    return getattr(value, "value", value)


def rules_mermaid() -> str:
    """The table as a Mermaid flowchart: a question a row."""
    lines = ["flowchart TD"]
    for rule in RULES:
        shape = rule.design.value.replace("/", "_")
        lines.append(f'    r{rule.number}{{"{rule.workload}?"}} -- yes --> {shape}["{rule.design.value}"]')
        if rule is not RULES[-1]:
            lines.append(f"    r{rule.number} -- no --> r{rule.number + 1}")
    return "\n".join(lines)


def rules_markdown() -> str:
    """The table in Markdown."""
    rows = [
        f"| {rule.number} | {rule.workload} | `{rule.design.value}` | {_codes(rule.decided_by)} | {_overruled(rule)} |"
        for rule in RULES
    ]
    head = ["| # | workload | design | decided by | overruled |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(head + rows)


def principles_markdown() -> str:
    """The codes in Markdown, each with where it comes from."""
    rows = [f"| {p.code} | {p.sentence} | [docs]({p.source}) |" for p in PRINCIPLES.values()]
    return "\n".join(["| code | meaning | source |", "| --- | --- | --- |", *rows])


def _codes(citations: Iterable[Citation]) -> str:
    return " ".join(
        f"{citation.code} (if {_when(citation)})" if citation.when else citation.code for citation in citations
    )


def _overruled(rule: Rule) -> str:
    groups: dict[tuple[str, str], list[str]] = {}
    for citation in rule.overrules:
        groups.setdefault((_when(citation), citation.because), []).append(citation.code)
    return "; ".join(
        f"{' '.join(codes)}{f' if {when}' if when else ''}: {because}" for (when, because), codes in groups.items()
    )


def _when(citation: Citation) -> str:
    words = [
        axis.replace("_", "-") if value is True else str(getattr(value, "value", value))
        for axis, value in citation.when.items()
    ]
    return " and ".join(words)


# --- files --------------------------------------------------------------------------------------------------------


def tree_text(root: str, paths: Iterable[PurePosixPath], marks: dict[PurePosixPath, str] | None = None) -> str:
    """The files as a tree, each with its mark, if it has one."""
    lines = [root]
    _branch(lines, "", sorted((path.parts, path) for path in paths), 0, marks or {})
    tree = "\n".join(lines)
    return tree if "utf" in (sys.stdout.encoding or "").lower() else tree.translate(_PLAIN_BRANCHES)


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


def done_text(project: Project | TeamProject) -> str:
    """What was made, what to do next, and how to make it again without being asked."""
    dest = shlex.quote(str(project.plan.dest))
    lines = [tree_text(str(project.plan.dest), project.plan.files), ""]
    if project.made_from is None and project.recommendation is not None:
        lines += [
            f"**{project.recommendation.design.value}** is in place; your own work goes into work.py. Next:",
            f"  cd {dest} && python3 -m venv .venv",
            '  .venv/bin/python -m pip install -e ".[test]"',
            "  .venv/bin/python -m pytest",
            "",
        ]
    command = "\n".join(map(escaped, project.command.split("\n")))
    return "\n".join([*lines, "The same again, without questions:", f"  {command}"])


# --- a team's templates -------------------------------------------------------------------------------------------


def team_template_text(entry: Entry) -> str:
    """That there is one, and how to take it."""
    what = f" ({escaped(entry.description)})" if entry.description else ""
    return f"there is a team's template for this: {entry.name}{what}; scaffold new DEST --template {entry.name}"


def team_template_json(entry: Entry) -> dict[str, object]:
    """The same as data."""
    return {"name": entry.name, "source": entry.source, "description": entry.description}


def checkout_json(checkout: Checkout) -> dict[str, object]:
    """Where a template came from."""
    return {"source": checkout.source, "ref": checkout.ref, "commit": checkout.commit}
