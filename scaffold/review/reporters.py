"""Reviews, sites and rules as text, as JSON and as SARIF."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from scaffold import sarif
from scaffold.review.findings import Level
from scaffold.review.rules import BY_CODE, RULES
from scaffold.rules import PRINCIPLES
from scaffold.text import counted, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.review import Report, Survey
    from scaffold.review.findings import Advice, Finding, Rule, Skipped

TRAPS = Path(__file__).parent / "traps"


# --- what was found --------------------------------------------------------------------------------------------------


def as_text(report: Report) -> str:
    """`path:line:column: CODE message` and the fix, for each; the numbers last."""
    return "\n".join([*_lines(report), summary(report)])


def _lines(report: Report) -> Iterator[str]:
    for finding in report.findings:
        rule = BY_CODE[finding.code]
        yield f"{escaped(finding.path)}:{finding.line}:{finding.column}: {finding.code} {finding.message}"
        yield f"    {rule.level.value}: {rule.fix}. {rule.advice.sentence}"


def summary(report: Report) -> str:
    """How many findings of each level, in how many files."""
    counts = [(report.count(level), level.value) for level in Level]
    said = [counted(count, word) for count, word in counts if count]
    return f"{', '.join(said) or 'nothing found'} in {counted(report.files, 'file')}"


def as_json(report: Report) -> dict[str, object]:
    """Everything in a report, for programs."""
    return {
        "findings": [_finding_json(finding) for finding in report.findings],
        "skipped": _skipped_json(report.skipped),
        "files": report.files,
        **{f"{level.value}s": report.count(level) for level in Level},
    }


def _finding_json(finding: Finding) -> dict[str, object]:
    rule = BY_CODE[finding.code]
    return {
        "code": finding.code,
        "level": rule.level.value,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "fix": rule.fix,
        **_advice_json(rule.advice),
    }


def _advice_json(advice: Advice) -> dict[str, object]:
    return {"design": advice.design.value, "principles": list(advice.principles), "command": advice.command}


def _skipped_json(skipped: Sequence[Skipped]) -> list[dict[str, object]]:
    return [{"path": one.path, "line": one.line, "reason": one.reason} for one in skipped]


def skipped_text(one: Skipped) -> str:
    """A file that was not reviewed, in a line."""
    return f"{one.path}{'' if one.line is None else f':{one.line}'} {one.reason}"


def as_sarif(report: Report) -> dict[str, object]:
    """SARIF 2.1.0, which code hosts show beside the code."""
    rules = [
        sarif.SarifRule(rule.code, rule.level.value, rule.finds, rule.because, _advice_text(rule), _source(rule))
        for rule in RULES
    ]
    results = [
        sarif.SarifResult(one.code, one.path, one.line, f"{one.message}: {BY_CODE[one.code].fix}", one.column)
        for one in report.findings
    ]
    return sarif.document("scaffold review", rules, results)


def _advice_text(rule: Rule) -> str:
    return f"{rule.fix}. {rule.advice.sentence}"


def _source(rule: Rule) -> str:
    return PRINCIPLES[rule.advice.principles[0]].source


# --- where threads are used ------------------------------------------------------------------------------------------


def sites_text(survey: Survey) -> str:
    """`path:line:column: what looks like a workload` and the design, for each; the number last."""
    lines = [
        line
        for site in survey.sites
        for line in (
            f"{escaped(site.path)}:{site.line}:{site.column}: {site.what} looks like {site.looks_like}",
            f"    {site.advice.sentence}",
        )
    ]
    total = f"{counted(len(survey.sites), 'use')} of threads in {counted(survey.files, 'file')}"
    return "\n".join([*lines, total])


def sites_json(survey: Survey) -> dict[str, object]:
    """The same for programs."""
    return {
        "sites": [
            {
                "path": site.path,
                "line": site.line,
                "column": site.column,
                "what": site.what,
                "looks_like": site.looks_like,
                **_advice_json(site.advice),
            }
            for site in survey.sites
        ],
        "skipped": _skipped_json(survey.skipped),
        "files": survey.files,
    }


# --- the rules -------------------------------------------------------------------------------------------------------


def trap(rule: Rule) -> str:
    """The program that shows what goes wrong, and how it is done right."""
    return (TRAPS / f"{rule.code}.py").read_text(encoding="utf-8")


def explained(rule: Rule) -> str:
    """A rule at length: a program that shows the trap, the fix, and the design with its principles."""
    advice = rule.advice
    principles = "\n".join(f"    {code}  {PRINCIPLES[code].sentence}" for code in advice.principles)
    return (
        f"{rule.code} ({rule.level.value}): {rule.finds}\n\n{rule.because}\n\n{indent(trap(rule), '    ')}\n"
        f"Fix: {rule.fix}.\n\nThe design that fits is {advice.design.value}: {advice.design.summary}.\n"
        f"    {advice.command}\n\nWhat says so:\n{principles}"
    )


def explained_json(rule: Rule) -> dict[str, object]:
    """The same for programs."""
    return {
        "code": rule.code,
        "level": rule.level.value,
        "finds": rule.finds,
        "because": rule.because,
        "program": trap(rule),
        "fix": rule.fix,
        **_advice_json(rule.advice),
    }


def rules_markdown() -> str:
    """The rules as a section each."""
    return "\n".join(
        f"### {rule.code}: {rule.finds}\n\n"
        f"*{rule.level.value.capitalize()}.* {rule.because} Fix: {rule.fix}.\n\n"
        f"The design that fits: `{rule.advice.design.value}` ({' '.join(rule.advice.principles)}):"
        f" `{rule.advice.command}`. [A program that shows it](../scaffold/review/traps/{rule.code}.py)\n"
        for rule in RULES
    )
