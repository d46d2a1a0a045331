"""JSON of others, read with bounds and without what JSON has not: NaN, and keys that stand there twice."""

from __future__ import annotations

import json
from collections import Counter
from typing import NoReturn

from scaffold import reading

_DEEPEST = 50
_LONGEST_NUMBER = 1_000  # characters


class JsonFault(reading.Malformed):
    """Text that is not JSON, or not JSON that is read."""


def parse(text: str) -> object:
    """The value; numbers with a point stay text, as versions are meant.

    Raises:
        JsonFault: It cannot be read.
    """
    try:
        data = json.loads(
            text, parse_float=str, parse_int=_whole, parse_constant=_refuse_constant, object_pairs_hook=_mapping
        )
    except json.JSONDecodeError as error:
        raise JsonFault(error.msg, error.lineno) from error
    except RecursionError as error:
        raise JsonFault(f"is nested deeper than {_DEEPEST}") from error
    _refuse_deep(data)
    return data


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise JsonFault("holds a number without end")
    return int(text)


def _refuse_constant(name: str) -> NoReturn:
    raise JsonFault(f"holds {name}, which JSON does not have")


def _mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise JsonFault(f"holds the key {twice[:80]!a} twice")
    return found


def _refuse_deep(data: object) -> None:
    level = [data]
    for _ in range(_DEEPEST + 1):
        containers = [item for item in level if isinstance(item, (dict, list))]
        level = [member for item in containers for member in (item.values() if isinstance(item, dict) else item)]
    if level:
        raise JsonFault(f"is nested deeper than {_DEEPEST}")
