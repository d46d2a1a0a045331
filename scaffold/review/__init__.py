"""A reviewer of Python code that uses threads: it reads the source, imports nothing of it and runs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar, Union

from scaffold import machine
from scaffold.errors import UsageError
from scaffold.review import source
from scaffold.review.config import Configs
from scaffold.review.files import python_files
from scaffold.review.findings import Finding, Level, Rule, Skipped
from scaffold.review.rules import BY_CODE
from scaffold.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scaffold.review.sites import Site

Result = TypeVar("Result")

_MANY: Final = 400  # files


@dataclass(frozen=True)
class Report:
    """What was found, in the order of the files and their lines."""

    findings: Sequence[Finding]
    skipped: Sequence[Skipped]
    files: int
    """How many were reviewed."""

    def count(self, level: Level) -> int:
        """How many findings are that serious."""
        return sum(BY_CODE[finding.code].level is level for finding in self.findings)

    @property
    def is_clean(self) -> bool:
        """Nothing but notes."""
        return self.count(Level.ERROR) == 0


@dataclass(frozen=True)
class Survey:
    """Where threads are used."""

    sites: Sequence[Site]
    skipped: Sequence[Skipped]
    files: int


def review(
    paths: Sequence[str], *, select: Iterable[str] = (), ignore: Iterable[str] = (), notes: bool = False
) -> Report:
    """Apply the rules to files, and to the Python files below folders.

    Args:
        paths: Files and folders.
        select: Codes of the only rules to apply; by default all errors. `R2` stands for all codes that begin with it.
        ignore: Codes of rules to leave out.
        notes: Whether to apply the rules that find notes, too.

    Raises:
        UsageError: There is no such code.
        Refused: A path names nothing, or a configuration cannot be read.
    """
    left_out = codes(ignore, "--ignore")
    chosen = codes(select, "--select")
    configs = Configs()
    files: dict[frozenset[str], list[str]] = {}
    skipped: list[Skipped] = []
    for path in paths:
        config = configs.of(path)
        own = chosen or codes(config.select, f"{config.said_in}: select")
        own = own or {code for code, rule in BY_CODE.items() if notes or rule.level is Level.ERROR}
        own = own - left_out - codes(config.ignore, f"{config.said_in}: ignore")
        listed = python_files(path, config.excluded)
        skipped += listed.skipped
        files.setdefault(frozenset(own), []).extend(listed.files)
    found: list[Finding] = []
    number = 0
    for own_codes, group in files.items():
        more, unfit, reviewed = _over(group, partial(source.findings, codes=own_codes))
        found, skipped, number = found + more, skipped + unfit, number + reviewed
    return Report(sorted(set(found)), sorted(set(skipped)), number)


def survey(paths: Sequence[str]) -> Survey:
    """Every use of threads in files, and in the Python files below folders.

    Raises:
        Refused: A path names nothing, or a configuration cannot be read.
    """
    configs = Configs()
    listed = [python_files(path, configs.of(path).excluded) for path in paths]
    sites, unfit, number = _over([file for one in listed for file in one.files], source.sites)
    return Survey(sites, sorted({*unfit, *(skipped for one in listed for skipped in one.skipped)}), number)


def _over(
    files: Sequence[str], ask: Callable[[str], Union[list[Result], Skipped]]
) -> tuple[list[Result], list[Skipped], int]:
    """What a function finds in files, each once; those that it cannot review, and how many it can."""
    found: list[Result] = []
    skipped: list[Skipped] = []
    names = list(dict.fromkeys(files))
    for result in _each(names, ask):
        if isinstance(result, Skipped):
            skipped.append(result)
        else:
            found += result
    return found, skipped, len(names) - len(skipped)


def _each(
    files: Sequence[str], ask: Callable[[str], Union[list[Result], Skipped]]
) -> Iterable[Union[list[Result], Skipped]]:
    """What a function says of each file, by processes where they take less time to start than they save."""
    number = machine.processors()
    if len(files) < _MANY or number == 1:
        return map(ask, files)
    from scaffold.review.processes import in_processes

    return in_processes(files, ask, number)


def codes(words: Iterable[str], flag: str) -> set[str]:
    """The codes that words name, which several can share by commas.

    Raises:
        UsageError: A word is no code, and no beginning of one.
    """
    chosen: set[str] = set()
    for word in (part.strip().upper() for one in words for part in one.split(",")):
        matching = {code for code in BY_CODE if word and code.startswith(word)}
        if not matching:
            raise _unknown(word, flag)
        chosen |= matching
    return chosen


def rule_named(word: str, flag: str) -> Rule:
    """The rule of a code.

    Raises:
        UsageError: There is none.
    """
    rule = BY_CODE.get(word.strip().upper())
    if rule is None:
        raise _unknown(word, flag)
    return rule


def _unknown(word: str, flag: str) -> UsageError:
    errors, notes = ([code for code, rule in BY_CODE.items() if rule.level is level] for level in Level)
    known = f"{errors[0]} to {errors[-1]}, and {notes[0]} to {notes[-1]} for notes"
    return UsageError(f"{flag}: there is no rule {shown(word)}; give one of {known}")
