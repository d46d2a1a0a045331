"""YAML of others, read with bounds: refused before anything is made of it where it would become far too much.

A few hundred bytes with aliases are a thousand million values; a number of a hundred thousand digits takes Python
minutes; and a value that is not what its tag says raises whatever the conversion happens to raise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from scaffold import reading

if TYPE_CHECKING:
    from collections.abc import Callable

DEEPEST = 50
TOO_DEEP = f"is nested deeper than {DEEPEST}"
_MOST_NODES = 100_000  # with every alias written out
# Python would make a number of it, which takes time with the square of its length.
_ENDLESS_NUMBER = re.compile(r"[-+0-9a-fA-Fx_:.]{1000,}")
# Such numbers can be chosen so that all of them are the same to a dictionary, which then takes that time, too.
_LONG_NUMBER = re.compile(r"[-+]?[0-9][-+0-9a-fA-Fx_:.]{16,}")
_MOST_LONG_NUMBERS = 1_000
WRONG_TAG = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What PyYAML's conversions raise for a scalar that is not what its tag says."""

SAFE: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader that makes plain values."""


class YamlFault(reading.Malformed):
    """Text that is not YAML, or not YAML that is read."""


def documents(text: str | bytes, loader: type[Any] = SAFE) -> list[Any]:
    """The values of all documents in a text, as the loader makes them.

    Raises:
        YamlFault: It is not YAML, or becomes far more than it is.
    """
    return _guarded(text, lambda: list(yaml.load_all(text, Loader=loader)))


def nodes(text: str) -> list[yaml.Node]:
    """The nodes of all documents in a text, with their places: as PyYAML itself finds them, a tenth as fast.

    Copier reads with it, and libyaml takes a few things that it refuses, such as `{help: What?}`. Nothing is measured:
    its recursion has an end, and whoever walks through the nodes counts.

    Raises:
        YamlFault: As for `documents`.
    """
    return _guarded(text, lambda: list(yaml.compose_all(text, Loader=yaml.SafeLoader)), measured=False)


def _guarded(text: str | bytes, read: Callable[[], list[Any]], *, measured: bool = True) -> list[Any]:
    try:
        if measured:
            _measure(text)
        return read()
    except YamlFault:
        raise
    except yaml.YAMLError as error:
        raise _fault(text, error) from error
    except RecursionError as error:
        raise YamlFault(TOO_DEEP) from error
    except WRONG_TAG as error:
        raise YamlFault(f"holds a value that is not what its tag says: {error}") from error


def words(text: str) -> object:
    """The only document, with every scalar as the text that stands there; None where there is none.

    Raises:
        YamlFault: As for `documents`, or there are several.
    """

    class EveryScalarIsText(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
        """Questions know their types: `python: 3.10` must not become 3.1, nor `no` False."""

    return _only(documents(text, EveryScalarIsText))


def value(text: str | bytes) -> Any:  # noqa: ANN401  # whatever YAML makes
    """The only document, with the types that YAML gives; None where there is none.

    Raises:
        YamlFault: As for `words`.
    """
    return _only(documents(text))


class Numbers:
    """Scalars that would become numbers with which Python takes too long, one by one or all together."""

    def __init__(self) -> None:
        self._long = 0

    def problem(self, text: str) -> str | None:
        """Count a scalar; what is wrong with it, or None."""
        if _ENDLESS_NUMBER.fullmatch(text):
            return "holds a number without end"
        if _LONG_NUMBER.fullmatch(text):
            self._long += 1
        return "holds too many long numbers" if self._long > _MOST_LONG_NUMBERS else None


def _only(found: list[Any]) -> Any:  # noqa: ANN401  # as above
    if len(found) > 1:
        raise YamlFault("expected a single document in the stream")
    return found[0] if found else None


def _measure(text: str | bytes) -> None:
    measure = _Measure()
    for event in yaml.parse(text, Loader=SAFE):
        if problem := measure.problem(event):
            raise YamlFault(problem, event.start_mark.line + 1 if event.start_mark else None)


class _Measure:
    """How much a document is with every alias written out."""

    def __init__(self) -> None:
        self._anchored: dict[str, int] = {}
        self._open: list[tuple[str | None, int]] = []  # of each mapping or list: its anchor, the nodes before it
        self._nodes = 0
        self._numbers = Numbers()

    def problem(self, event: yaml.Event) -> str | None:
        """Count an event; what is wrong with it, or None."""
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append((event.anchor, self._nodes))
            self._nodes += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self._open.pop()
            self._anchored[anchor or ""] = self._nodes - before
        elif isinstance(event, yaml.ScalarEvent):
            self._anchored[event.anchor or ""] = 1
            self._nodes += 1
            in_quotes = not (event.implicit[0] or event.tag)
            if not in_quotes and (problem := self._numbers.problem(event.value)):
                return problem
        elif isinstance(event, yaml.AliasEvent):
            self._nodes += self._anchored.get(event.anchor or "", _MOST_NODES)  # within its own anchor it has no end
        if self._nodes > _MOST_NODES:
            return "expands to too many values (YAML aliases)"
        return TOO_DEEP if len(self._open) > DEEPEST else None


def _fault(text: str | bytes, error: yaml.YAMLError) -> YamlFault:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        reason = f"{error.problem or error.context}"
        if "nesting depth" in reason:  # libyaml from 0.2.6 on has a limit of its own, and finds it before us
            reason = TOO_DEEP
        return YamlFault(reason, mark.line + 1 if mark else None)
    position = getattr(error, "position", None)  # yaml.reader.ReaderError
    if isinstance(position, int):
        before = text[:position]
        line = before.count("\n") if isinstance(before, str) else before.count(b"\n")
        return YamlFault(f"{getattr(error, 'reason', error)}", line + 1)
    return YamlFault(f"{error}" or "is not YAML")
