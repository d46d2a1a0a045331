"""A directory that holds no more than a fresh clone does: a project goes beside what is there, which stays as it is.

A file of the template that is kept so is never generated, merged or compared later on: the answers file records it.
"""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scaffold import answersfile, reading

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path, PurePosixPath

    from scaffold.plan import Plan

KEPT_KEY: Final = "_kept"
"""The key of the answers file under which the kept files are recorded."""
_LICENSES: Final = ("LICENSE*", "LICENCE*", "COPYING*", "UNLICENSE*")
_AT_HOME: Final = (
    *_LICENSES,
    *("README*", "NOTICE*", "AUTHORS*", "CODE_OF_CONDUCT*", "CONTRIBUTING*", "SECURITY*"),
    *(".git", ".gitignore", ".gitattributes", ".gitkeep", ".mailmap", ".hg", ".hgignore"),
    *(".editorconfig", ".python-version", ".envrc", ".tool-versions"),
    *(".venv", "venv", ".idea", ".vscode", ".DS_Store", "Thumbs.db", "desktop.ini"),
)
"""What a code host, an editor or a first minute leaves in a directory that is meant for a project."""

# The words of each license from its first condition on; what stands before them names the holder.
_FIRST_WORDS: Final = {
    "MIT": "permission is hereby granted",
    "Apache-2.0": "terms and conditions for use",
    "BSD-3-Clause": "redistribution and use in source",
}
_LAST_WORDS: Final = {"Apache-2.0": "end of terms and conditions"}
_AFTERWARDS: Final = ("appendix how to apply", "copyright")
"""What may follow: how to apply it, or to what it is applied. An exception may not."""
_LONGEST_HEADING: Final = 60  # words; more before the first condition may be another license, or a choice of two
_DIGESTS: Final = {
    "MIT": "0cf21bdfd1964a97a8615e128534845826afbc887edc95aa5c925cbf64386b5c",
    "Apache-2.0": "926dbc932c4c2c1326fda3993071abf9d667bb9868a35d44442088697ddbcda4",
    "BSD-3-Clause": "53075742228962c7ea381b8242c64602fa32e7b8f52facb6d13ee4f9c596ddfa",
}
UNKNOWN_LICENSE: Final = "none"
"""The answer for a license that is not recognised: the project then states none."""


def is_fresh_clone(folder: Path) -> bool:
    """Whether a directory holds something, and nothing but what a fresh clone may."""
    try:
        names = [entry.name for entry in reading.entries(folder)]
    except reading.Unreadable:
        return False
    return bool(names) and all(_is_any(name, _AT_HOME) for name in names)


def beside_present(plan: Plan) -> Plan:
    """The plan that keeps every file which a fresh clone has already; any other plan as it is."""
    if not is_fresh_clone(plan.dest):
        return plan
    kept = frozenset(path for path in plan.files if os.path.lexists(plan.dest / path))
    if any((plan.dest / path).is_dir() for path in kept):
        return plan
    return replace(plan, files=with_record(plan.files, kept), kept=kept, in_clone=True)


def with_record(files: Mapping[PurePosixPath, bytes], kept: Collection[PurePosixPath]) -> dict[PurePosixPath, bytes]:
    """The files, with the kept ones recorded beside the answers."""
    if not kept:
        return dict(files)
    names = sorted(map(str, kept))
    return {path: answersfile.with_key(content, KEPT_KEY, names) for path, content in files.items()}


def license_in(folder: Path) -> tuple[str, str] | None:
    """The name of the license file of a fresh clone, and the answer that it gives; None where there is none."""
    if not is_fresh_clone(folder):
        return None
    present = [entry for entry in reading.entries(folder) if entry.is_file()]  # not REUSE's folder of all their texts
    names = sorted(entry.name for entry in present if _is_any(entry.name, _LICENSES))
    if not names:
        return None
    try:
        text = reading.read_limited(folder / names[0]).decode("utf-8", "replace")
    except reading.Unreadable:
        return names[0], UNKNOWN_LICENSE
    return names[0], recognised(text)


def recognised(text: str) -> str:
    """The license that a text is, word for word but for its holder; else the answer for an unknown one."""
    import hashlib  # takes a while, and most directories have no license

    words = " ".join(re.findall(r"[a-z]+", text.lower()))
    for name, first in _FIRST_WORDS.items():
        before, start, rest = words.partition(first)
        last = _LAST_WORDS.get(name, "")
        body, _, after = rest.partition(last) if last else (rest, "", "")
        is_alone = before.count(" ") <= _LONGEST_HEADING and (not after or after.strip().startswith(_AFTERWARDS))
        if start and is_alone and hashlib.sha256(f"{first}{body}".strip().encode()).hexdigest() == _DIGESTS[name]:
            return name
    return UNKNOWN_LICENSE


def _is_any(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatch.fnmatchcase(name.upper(), pattern.upper()) for pattern in patterns)
