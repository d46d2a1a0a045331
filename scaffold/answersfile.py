"""The file in which a project records what it was generated from: known by what it holds, and given keys of ours.

Copier reads it as YAML whatever its name; a template may write JSON, which is a part of that.
"""

from __future__ import annotations

import fnmatch
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from scaffold import reading
from scaffold.errors import NothingGenerated

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

SOURCE_KEY: Final = "_src_path"
COMMIT_KEY: Final = "_scaffold_commit"
"""Of ours: the whole hash of the commit that Copier's `_commit` names."""
USUAL_NAME: Final = re.compile(r"\.copier-answers(?:\.(?P<module>[A-Za-z0-9_-]+))?\.ya?ml")
"""What Copier, and scaffold, call an answers file by default."""
_NAMES: Final = ("*.y*ml", "*.json")
_MOST_BYTES: Final = 64 << 20  # of files that are searched for answers
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


def records_in(folder: Path) -> Iterator[str]:
    """The answers files of a project: of the usual name, or of any other, here or in a hidden folder here.

    Any other folder may be a project of its own.

    Raises:
        NothingGenerated: It cannot be looked through.
    """
    usual = usual_records_in(folder)
    yield from usual
    inside = [entry.name for entry in _entries(folder)]
    hidden = [f"{name}/{entry.name}" for name in inside if name.startswith(".") for entry in _hidden(folder / name)]
    size = 0
    for name in (*inside, *hidden):
        if name in usual or not any(fnmatch.fnmatch(name, pattern) for pattern in _NAMES):
            continue
        with suppress(reading.Unreadable):  # larger than any answers file, or not for us to read
            content = reading.read_limited(folder / name)
            size += len(content)
            if size > _MOST_BYTES and usual:
                return
            if size > _MOST_BYTES:
                raise NothingGenerated(
                    folder,
                    f"has no .copier-answers file, and more than {_MOST_BYTES >> 20} MiB of YAML and JSON:"
                    " name its answers file with --answers-file",
                )
            if is_record(content):
                yield name


def usual_records_in(folder: Path) -> list[str]:
    """Answers files where Copier's default, and ours, has them.

    Raises:
        NothingGenerated: As for `records_in`.
    """
    return [entry.name for entry in _entries(folder) if USUAL_NAME.fullmatch(entry.name)]


def _hidden(folder: Path) -> Iterator[os.DirEntry[str]]:
    with suppress(reading.Unreadable):  # a file, not for us to read, or a cache of whatever size
        yield from reading.entries(folder)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        yield from reading.entries(folder)
    except reading.Unreadable as error:
        raise NothingGenerated(folder, f"cannot be looked through: it {error.reason}") from error
