"""A linter for Copier templates: rules over what was read, and nothing of the template is run in this process."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from scaffold.errors import UsageError
from scaffold.lint import (
    rules_defaults,
    rules_files,
    rules_keys,
    rules_reading,
    rules_release,
    rules_types,
    rules_variables,
)
from scaffold.lint.findings import Finding, Rule, Severity
from scaffold.lint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RULES: Final[tuple[Rule, ...]] = (
    *rules_reading.RULES,
    *rules_keys.RULES,
    *rules_types.RULES,
    *rules_variables.RULES,
    *rules_defaults.RULES,
    *rules_files.RULES,
    *rules_release.RULES,
)
BY_CODE: Final = {rule.code: rule for rule in RULES}

_CODE = re.compile(r"[A-Z]\d{3}")
_IGNORE = re.compile(r"#[ \t]*scaffold:[ \t]*ignore[ \t]+([A-Z]\d{3}(?:[ \t,]+[A-Z]\d{3})*)")


@dataclass(frozen=True)
class Report:
    """What was found in a template, in the order of its files and lines."""

    findings: tuple[Finding, ...]

    def count(self, severity: Severity) -> int:
        """How many findings are that serious."""
        return sum(BY_CODE[finding.code].severity is severity for finding in self.findings)

    def fails(self, *, strict: bool) -> bool:
        """Whether there is an error in it, or with `strict` a warning; notes fail nothing."""
        return self.count(Severity.ERROR) > 0 or (strict and self.count(Severity.WARNING) > 0)

    def under(self, folder: str) -> Report:
        """The same, with paths that lead through this folder."""
        prefix = "" if folder in ("", ".") else f"{folder.rstrip('/')}/"
        return Report(tuple(replace(finding, path=prefix + finding.path) for finding in self.findings))


def lint(root: Path, *, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> Report:
    """Apply the rules to the template in a folder.

    Args:
        root: The folder that holds copier.yml.
        select: Codes of the only rules to apply; all by default. A letter stands for all codes that begin with it.
        ignore: Codes of rules to leave out.

    Raises:
        UsageError: There is no such code.
        Refused: The folder is no template.
    """
    chosen = (_codes(select, "--select") or set(BY_CODE)) - _codes(ignore, "--ignore")
    source = Source(root)
    if any(problem.code == "S001" for problem in source.problems):  # the rest would follow from it
        chosen &= {rule.code for rule in rules_reading.RULES}
    suppressed = _suppressed(source)
    found = {
        finding
        for rule in RULES
        if rule.code in chosen
        for finding in rule.findings(source)
        if (finding.path, finding.line, finding.code) not in suppressed
    }
    return Report(tuple(sorted(found)))


def _codes(words: Iterable[str], flag: str) -> set[str]:
    chosen: set[str] = set()
    for word in (part.strip().upper() for one in words for part in one.split(",")):
        matching = {code for code in BY_CODE if code == word or (len(word) == 1 and code.startswith(word))}
        if not matching:
            raise UsageError(f"{flag}: there is no rule {word!r}; --list shows all")
        chosen |= matching
    return chosen


def _suppressed(source: Source) -> set[tuple[str, int, str]]:
    """The path, line and code of everything that a comment leaves out: its own line and the next."""
    found: set[tuple[str, int, str]] = set()
    for path, text in source.text_by_path.items():
        for match in _IGNORE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found |= {(path, number, code) for code in _CODE.findall(match[1]) for number in (line, line + 1)}
    return found
