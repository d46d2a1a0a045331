"""The text of the user's names with one change in it: comments, order and layout stay as the user made them."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from scaffold import tomlfile

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD = "# The templates that this user has names for. `scaffold template add` and `remove` edit it; so may you.\n"
# tomlkit takes some seconds for so much, and for dotted keys time with the square of their number.
_LARGEST = 200_000  # characters
_MOST_DOTTED = 500
_DOTTED = re.compile(r"^[^=#\n\[]{0,200}\.[^=#\n\[]{0,200}=", re.MULTILINE)


def edited(text: str, kind: str, name: str, entry: Mapping[str, str] | None) -> str:
    """The text in which a table of that kind and name says that; without an entry, in which it is gone.

    What tomlkit takes too long for, or has no place for (dotted keys), is written anew, without comments.
    """
    wanted = copy.deepcopy(tomlfile.parse(text))
    if entry is None:
        del wanted[kind][name]
    else:
        wanted.setdefault(kind, {})[name] = dict(entry)
    wanted = _without_empty(wanted)
    if len(text) <= _LARGEST and len(_DOTTED.findall(text)) <= _MOST_DOTTED:
        new = _by_tomlkit(text, kind, name, entry)
        if new is not None and _means(new) == wanted:
            return new
    return _HEAD + tomlfile.dump(wanted)


def _by_tomlkit(text: str, kind: str, name: str, entry: Mapping[str, str] | None) -> str | None:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    has_crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")
    try:
        document = tomlkit.parse(text.replace("\r\n", "\n") if has_crlf else text or _HEAD)
        if entry is None:
            del document[kind][name]
            if not document[kind]:
                del document[kind]
        else:
            _put(document, kind, name, entry)
        new = tomlkit.dumps(document)
    except (TOMLKitError, AttributeError, TypeError, ValueError, LookupError, RecursionError):
        return None  # a form in which it knows no place for it
    return new.replace("\n", "\r\n") if has_crlf else new


def _put(document: Any, kind: str, name: str, entry: Mapping[str, str]) -> None:  # noqa: ANN401  # tomlkit's document
    import tomlkit
    from tomlkit.items import InlineTable

    if kind not in document:
        document[kind] = tomlkit.table(is_super_table=True)
    holder = document[kind]
    if name in holder:
        for key in [key for key in holder[name] if key not in entry]:
            del holder[name][key]
        for key, value in entry.items():
            holder[name][key] = value
        return
    inline = isinstance(holder, InlineTable)
    table: Any = tomlkit.inline_table() if inline else tomlkit.table()
    for key, value in entry.items():
        table[key] = value
    if not inline:
        table.trivia.indent = "\n"  # an empty line before it
    holder[name] = table


def _means(text: str) -> dict[str, Any] | None:
    try:
        return _without_empty(tomlfile.parse(text))
    except tomlfile.TomlFault:
        return None


def _without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value != {}}
