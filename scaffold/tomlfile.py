"""TOML in and out: a file's data, the line of a mistake, and the few forms that scaffold writes itself."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class TomlFault(ValueError):
    """Text that is no TOML: the reason, and the line where one is known."""

    def __init__(self, reason: str, line: int | None) -> None:
        self.reason = reason
        self.line = line
        super().__init__(f"{reason} (line {line})" if line else reason)


def parse(text: str) -> dict[str, Any]:
    """The data; numbers with a point stay text, as versions are meant.

    Raises:
        TomlFault: It is no TOML.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        words = place.split()
        line = int(words[1].rstrip(",")) if words[:1] == ["line"] else text.count("\n") + 1
        raise TomlFault(reason or str(error), line) from error
    except RecursionError as error:
        raise TomlFault("is nested too deeply", None) from error


def line_of(text: str, table: tuple[str, ...], key: str = "") -> int:
    """The line that sets `key` of a table, or the table's own, or the first; for messages only."""
    found, inside = 0, not table
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            inside = bool(re.match(rf"\s*\[\s*{_dotted(table)}\s*\]", line))
            found = number if inside else found
        elif inside and key and re.match(rf"\s*{_dotted((key,))}\s*=", line):
            return number
    return found or (line_of(text, table[:-1], table[-1]) if table else 1)


def _dotted(path: tuple[str, ...]) -> str:
    return r"\s*\.\s*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in path)


def dump(data: Mapping[str, object]) -> str:
    """As TOML: plain values first, then a table for each mapping."""
    return "\n".join(_table((), data)).strip() + "\n"


def _table(path: tuple[str, ...], data: Mapping[str, object]) -> list[str]:
    plain = {key: value for key, value in data.items() if not isinstance(value, Mapping)}
    tables = {key: value for key, value in data.items() if isinstance(value, Mapping)}
    lines = ["", f"[{'.'.join(map(_key, path))}]"] if path and (plain or not tables) else []
    lines += [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in tables.items():
        lines += _table((*path, key), value)
    return lines


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {_value(member)}' for key, member in value.items())} }}"
    return str(value) if isinstance(value, int) else _string(str(value))


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
