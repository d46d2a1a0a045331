"""A report as text, as JSON, and as SARIF for code hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.lint import BY_CODE, RULES, Report
from scaffold.lint.findings import Severity
from scaffold.sarif import SarifResult, SarifRule, document
from scaffold.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator


def as_text(report: Report) -> str:
    """`path:line: CODE message` and what to do about it, for each; the numbers last."""
    return "\n".join([*_lines(report), summary(report)])


def _lines(report: Report) -> Iterator[str]:
    for finding in report.findings:
        yield f"{finding.path}:{finding.line}: {finding.code} {finding.message}"
        yield f"    {BY_CODE[finding.code].severity.value}: {finding.remedy}"


def summary(report: Report) -> str:
    """How many findings of each kind."""
    counts = [(report.count(severity), severity.value) for severity in Severity]
    said = [counted(count, word) for count, word in counts if count]
    return ", ".join(said) or "nothing found"


def as_json(report: Report) -> dict[str, object]:
    """Everything in a report, for programs."""
    return {
        "findings": [
            {
                "code": finding.code,
                "severity": BY_CODE[finding.code].severity.value,
                "path": finding.path,
                "line": finding.line,
                "message": finding.message,
                "remedy": finding.remedy,
                "url": BY_CODE[finding.code].url,
            }
            for finding in report.findings
        ],
        **{f"{severity.value}s": report.count(severity) for severity in Severity},
    }


def as_sarif(report: Report) -> dict[str, object]:
    """SARIF 2.1.0, which code hosts show beside the code."""
    rules = [
        SarifRule(rule.code, rule.severity.value, rule.finds, rule.because, rule.remedy, rule.url) for rule in RULES
    ]
    results = [
        SarifResult(finding.code, finding.path, finding.line, f"{finding.message}: {finding.remedy}")
        for finding in report.findings
    ]
    return document("scaffold template lint", rules, results)


def rules_text() -> str:
    """The rules for a terminal: code, severity and what each finds."""
    return "\n".join(f"{rule.code}  {rule.severity.value:7}  {rule.finds}" for rule in RULES)


def rules_json() -> list[dict[str, str]]:
    """The rules for programs."""
    return [
        {
            "code": rule.code,
            "severity": rule.severity.value,
            "finds": rule.finds,
            "because": rule.because,
            "remedy": rule.remedy,
            "url": rule.url,
        }
        for rule in RULES
    ]


def rules_markdown() -> str:
    """The rules as a section each."""
    return "\n".join(
        f"### {rule.code}: {rule.finds}\n\n"
        f"*{rule.severity.value.capitalize()}.* {rule.because}\n\n"
        f"Remedy: {rule.remedy}.\n[Source]({rule.url})\n"
        for rule in RULES
    )
