"""TOML in and out: a file's data, the line of a mistake, and the few forms that scaffold writes itself."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from scaffold import reading

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_DEEPEST = 50  # brackets within brackets, and parts of a key
_LONGEST_WORD = 1_000  # characters of a number or of a key without quotes
_MARK = re.compile(rf"""\"{{3}}|'{{3}}|["'#\[\]{{}}.,=\n]|[\w+-]{{{_LONGEST_WORD + 1},}}""")
# Behind each mark that begins a text, or a comment: what stands in there, up to what ends it.
_ENDS = {
    '"""': re.compile(r'\\.|"{3,5}', re.DOTALL),
    "'''": re.compile(r"'{3,5}"),
    '"': re.compile(r'\\.|["\n]'),
    "'": re.compile(r"['\n]"),
    "#": re.compile(r"\n"),
}


class TomlFault(reading.Malformed):
    """Text that is not TOML, or not TOML that is read."""


def parse(text: str) -> dict[str, Any]:
    """The data; numbers with a point stay text, as versions are meant.

    Raises:
        TomlFault: It is not TOML, or nested too deeply.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    _refuse_excess(text)
    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        words = place.split()
        line = int(words[1].rstrip(",")) if words[:1] == ["line"] else text.count("\n") + 1
        raise TomlFault(reason or str(error), line) from error
    except RecursionError as error:
        raise TomlFault("is nested too deeply") from error


def _refuse_excess(text: str) -> None:
    """Refuse what is TOML, but takes its reader time with the square of its depth, or ends it.

    Whatever is not TOML ends this without a word: the reader finds it, too.
    """
    depth = dots = place = 0
    while mark := _MARK.search(text, place):
        place = mark.end()
        if mark[0] in _ENDS:
            inside = (found for found in _ENDS[mark[0]].finditer(text, place) if not found[0].startswith("\\"))
            end = next(inside, None)
            if end is None:
                return
            place = end.start() if mark[0] == "#" else end.end()
        elif len(mark[0]) > 1:
            raise TomlFault(f"has a number or a key of more than {_LONGEST_WORD:,} characters", _line(text, place))
        elif mark[0] == ".":
            dots += 1
        else:
            dots = 0
            depth += (mark[0] in "[{") - (mark[0] in "]}")
        if depth > _DEEPEST or dots > _DEEPEST:
            raise TomlFault(f"is nested deeper than {_DEEPEST}", _line(text, place))


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place - 1) + 1


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
