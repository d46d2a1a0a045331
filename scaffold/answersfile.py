"""The file in which a project records what it was generated from: known by what it holds, and given keys of ours.

Copier reads it as YAML whatever its name; a template may write JSON, which is a part of that.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from scaffold import reading

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SOURCE_KEY: Final = "_src_path"
COMMIT_KEY: Final = "_scaffold_commit"
"""Of ours: the whole hash of the commit that Copier's `_commit` names."""
NAMES: Final = ("*.y*ml", "*.json")
"""What such files are called, however the rest of the name is chosen."""
_SOURCE: Final = re.compile(rb'^_src_path\s*:|"_src_path"\s*:', re.MULTILINE)
_JSON_END: Final = re.compile(rb"\s*\}\s*\Z")


def is_record(content: bytes) -> bool:
    """Whether a file says where it comes from, as an answers file does."""
    return _SOURCE.search(content) is not None


def values(content: bytes) -> Mapping[str, object] | None:
    """What an answers file holds; None for any other file."""
    if len(content) > reading.LARGEST_TEXT or not is_record(content):
        return None
    from scaffold import yamlfile  # takes a while to import, and most files are none

    try:
        data = yamlfile.value(content)
    except yamlfile.YamlFault:
        return None
    return data if isinstance(data, dict) and SOURCE_KEY in data else None


def with_key(content: bytes, key: str, value: object) -> bytes:
    """An answers file with one more key at its end; as it is, where it would not hold the same values beside that."""
    before = values(content)
    if before is None or key in before:
        return content
    longer = _with_json(content, key, value) if content.lstrip().startswith(b"{") else _with_line(content, key, value)
    return longer if values(longer) == {**before, key: value} else content


def is_same(one: bytes, other: bytes, *, but_for: Collection[str]) -> bool:
    """Whether two answers files hold the same values, some keys aside, however they are written."""
    found = [values(content) for content in (one, other)]
    left, right = ({k: v for k, v in (each or {}).items() if k not in but_for} for each in found)
    return None not in found and left == right


def _with_line(content: bytes, key: str, value: object) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value)
    return content + (b"" if content.endswith(b"\n") else b"\n") + f"{key}: {text}\n".encode()


def _with_json(content: bytes, key: str, value: object) -> bytes:
    """In the form of the members before it: all on one line, or each on its own."""
    end = _JSON_END.search(content)
    if end is None:
        return content
    indented = re.search(rb'\n[ \t]*(?=")', content)
    member = (indented[0] if indented else b" ") + f"{json.dumps(key)}: {json.dumps(value)}".encode()
    return content[: end.start()] + b"," + member + content[end.start() :]
