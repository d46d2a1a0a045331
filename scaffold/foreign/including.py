"""The files that a pattern of `!include` names, found in a time that no pattern can multiply."""

from __future__ import annotations

import fnmatch
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LONGEST_PATTERN = 1_000  # characters
_MOST_PLACES = 100_000  # that a pattern is tried at
_WILD = re.compile(r"[*?\[]")


class Matches:
    """The paths below a folder that patterns name, as pathlib takes them; each folder is listed once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._listed: dict[PurePosixPath, list[os.DirEntry[str]]] = {}

    def of(self, pattern: str) -> list[Path]:
        """The paths, by name. Places that were reached once are not reached again, however the pattern leads there.

        Raises:
            Unreadable: The pattern is too long, or there are too many places to try it at.
        """
        if len(pattern) > LONGEST_PATTERN or "\0" in pattern:
            raise reading.Unreadable(f"is a pattern of more than {LONGEST_PATTERN:,} characters, or no pattern")
        reached = {PurePosixPath()}
        for part in PurePosixPath(pattern).parts:
            reached = set(self._step(part, reached))
            if len(reached) > _MOST_PLACES:
                raise reading.Unreadable("is a pattern with too many matches")
        return sorted(self._root / path for path in reached if path.parts)

    def _step(self, part: str, reached: Iterable[PurePosixPath]) -> Iterator[PurePosixPath]:
        if part == "**":
            yield from self._with_all_below(reached)
        elif _WILD.search(part):
            matches: Callable[[str], object] = re.compile(fnmatch.translate(part)).match
            for folder in reached:
                yield from (folder / entry.name for entry in self._entries(folder) if matches(entry.name))
        else:
            # A link that leads nowhere is there: whoever reads it says so.
            yield from (path for path in (folder / part for folder in reached) if os.path.lexists(self._root / path))

    def _with_all_below(self, reached: Iterable[PurePosixPath]) -> Iterable[PurePosixPath]:
        """These folders, and those below them, but for those behind links."""
        seen = dict.fromkeys(reached)
        waiting = list(seen)
        while waiting:
            folder = waiting.pop()
            for entry in self._entries(folder):
                path = folder / entry.name
                if path not in seen and entry.is_dir(follow_symlinks=False):
                    seen[path] = None
                    waiting.append(path)
        return seen

    def _entries(self, folder: PurePosixPath) -> list[os.DirEntry[str]]:
        if folder not in self._listed:
            try:
                self._listed[folder] = reading.listed(self._root / folder)
            except reading.TooLarge:
                raise
            except reading.Unreadable:  # a file, or a folder that is not for us to read
                self._listed[folder] = []
        return self._listed[folder]
