"""SARIF 2.1.0, which code hosts show beside the code: one document for whatever finds something in files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from scaffold import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


@dataclass(frozen=True)
class SarifRule:
    """A rule as a code host explains it; `level` is `error`, `warning` or `note`."""

    code: str
    level: str
    finds: str
    because: str
    fix: str
    url: str


@dataclass(frozen=True)
class SarifResult:
    """A place that meets a rule."""

    code: str
    path: str
    line: int
    message: str
    column: int | None = None
    """In characters, from 1."""


def document(tool: str, rules: Sequence[SarifRule], results: Sequence[SarifResult]) -> dict[str, object]:
    """The results of one run of a tool."""
    levels = {rule.code: rule.level for rule in rules}
    index = {rule.code: number for number, rule in enumerate(rules)}
    driver = {"name": tool, "version": __version__, "rules": [_rule(rule) for rule in rules]}
    found = [_result(result, levels[result.code], index[result.code]) for result in results]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": found}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: SarifRule) -> dict[str, object]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.finds},
        "fullDescription": {"text": rule.because},
        "help": {"text": rule.fix},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": rule.level},
    }


def _result(result: SarifResult, level: str, index: int) -> dict[str, object]:
    region = {"startLine": result.line} | ({} if result.column is None else {"startColumn": result.column})
    place = {"artifactLocation": {"uri": quote(result.path)}, "region": region}
    return {
        "ruleId": result.code,
        "ruleIndex": index,
        "level": level,
        "message": {"text": result.message},
        "locations": [{"physicalLocation": place}],
    }
