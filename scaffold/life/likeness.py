"""Which new file is an old one under another name, by its text, as git finds it out."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import PurePosixPath

_SAME_FILE = 0.5  # the share of equal lines from which git, too, takes a file to be renamed (diff -M, 50 %)
# What a template of a stranger's may cost: git, too, has a limit on pairs (diff.renameLimit, 1,000 files on each side).
_MOST_PAIRS = 100_000
_MOST_WORK = 20_000_000  # lines of one times lines of the other, of all pairs that are compared line by line


def pairs(
    gone: Mapping[PurePosixPath, bytes], fresh: Mapping[PurePosixPath, bytes]
) -> dict[PurePosixPath, PurePosixPath]:
    """Each new name to the old one."""
    found = _equal(gone, fresh)
    old = {path: _Lines(content) for path, content in gone.items() if path not in found.values()}
    new = {path: _Lines(content) for path, content in fresh.items() if path not in found}
    if len(old) * len(new) > _MOST_PAIRS:
        return found
    budget = _MOST_WORK
    for path, lines in new.items():
        best, alike = None, 0.0
        for name, others in old.items():
            if (bound := others.bound(lines)) < max(_SAME_FILE, alike):
                continue
            budget -= len(others.lines) * len(lines.lines)
            share = others.share(lines) if budget > 0 else bound
            if share >= max(_SAME_FILE, alike):
                best, alike = name, share
        if best is not None:
            found[path] = best
            del old[best]
    return found


def _equal(
    gone: Mapping[PurePosixPath, bytes], fresh: Mapping[PurePosixPath, bytes]
) -> dict[PurePosixPath, PurePosixPath]:
    """Those with every byte alike; empty files are all alike."""
    by_content: dict[bytes, list[PurePosixPath]] = {}
    for path, content in gone.items():
        if content.strip():
            by_content.setdefault(content, []).append(path)
    found = {}
    for path, content in fresh.items():
        if names := by_content.get(content):
            same_name = next((name for name in names if name.name == path.name), names[0])
            names.remove(same_name)
            found[path] = same_name
    return found


class _Lines:
    """A file to be compared with many others."""

    def __init__(self, content: bytes) -> None:
        self.lines: Sequence[bytes] = content.splitlines() if content.strip() else ()
        self._counts = Counter(self.lines)

    def bound(self, other: _Lines) -> float:
        """The share of equal lines in whatever order: no lower than `share`, and found in no time."""
        if not self.lines or not other.lines:
            return 0.0
        common = sum((self._counts & other._counts).values())
        return 2 * common / (len(self.lines) + len(other.lines))

    def share(self, other: _Lines) -> float:
        """The share of lines that are equal, in their order."""
        return SequenceMatcher(None, self.lines, other.lines, autojunk=False).ratio()
