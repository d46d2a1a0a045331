"""A recommendation, the rules behind it, and a team's template for it: as text, JSON, Markdown or Mermaid."""

from __future__ import annotations

import shutil
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from scaffold.computing import computing_of
from scaffold.rules import PRINCIPLES, RULES, Citation, Rule
from scaffold.text import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scaffold.recommend import Recommendation
    from scaffold.sources.catalogue import Entry

_NARROWEST, _WIDEST = 40, 100  # columns of running text


def recommendation_text(recommendation: Recommendation, columns: int | None = None) -> str:
    """The recommendation for a terminal, wrapped to so many columns; by default to its width."""
    width = max(_NARROWEST, min(_WIDEST, columns or shutil.get_terminal_size().columns))
    design = recommendation.design
    lines = [f"Design: **{design.value}** ({design.family.api})", f"  {design.summary}"]
    if recommendation.recommended is not design:
        lines.append(f"  Chosen by you: the rules say {recommendation.recommended.value}.")
    lines += _section("Decided by", recommendation.decided_by, width)
    lines += _section("Overruled", recommendation.overruled, width, ". But here: ")
    lines += _section("Good to know", recommendation.cautions, width, ": ")
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


def computing_json(answers: Mapping[str, object]) -> dict[str, str] | None:
    """What runs a workload that computes, as data; None where nothing needs to be said."""
    computing = computing_of(answers)
    return None if computing is None else {"workers": computing.workers, "text": computing.text}


def _cited_json(citation: Citation) -> dict[str, str]:
    text = {"code": citation.code, "text": PRINCIPLES[citation.code].sentence}
    return text | {"because": citation.because} if citation.because else text


def _section(title: str, citations: Sequence[Citation], width: int, because: str = "") -> Iterator[str]:
    if not citations:
        return
    yield ""
    yield f"**{title}**"
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


# --- a team's templates -------------------------------------------------------------------------------------------


def team_template_text(entry: Entry) -> str:
    """That there is one, and how to take it."""
    what = f" ({escaped(entry.description)})" if entry.description else ""
    return f"there is a team's template for this: {entry.name}{what}; scaffold new DEST --template {entry.name}"


def team_template_json(entry: Entry) -> dict[str, object]:
    """The same as data."""
    return {"name": entry.name, "source": entry.source, "description": entry.description}


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
    """Their codes, those under the same conditions together."""
    return "; ".join(
        " ".join(citation.code for citation in group) + (f" if {when}" if when else "")
        for when, group in groupby(citations, _when)
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
