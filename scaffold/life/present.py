"""What stands in a project: every file counts, whether git knows it or not."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold import reading
from scaffold.errors import Refused
from scaffold.life.merge import Kind
from scaffold.plan import is_blocked
from scaffold.writing.record import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path, PurePosixPath

    from scaffold.life.merge import Tree

_LARGEST_FILE = 100 << 20  # bytes of a file of the user's: what the large hosts of repositories take
_MOST_BYTES = 1 << 30  # of all of them


@dataclass(frozen=True)
class Present:
    """Files and symbolic links at some paths of a project."""

    files: Tree
    """A link's content is what it names."""
    kinds: Mapping[PurePosixPath, Kind]
    modes: Mapping[PurePosixPath, int]
    """Permissions."""

    def hash_at(self, path: PurePosixPath) -> str | None:
        """By which the writing makes sure that it is still the same; None where nothing stands."""
        if path not in self.files:
            return None
        return digest(self.files[path], link=self.kinds[path] is Kind.LINK)


def present(root: Path, paths: Iterable[PurePosixPath]) -> Present:
    """What stands at these paths, as far as it is plain files and links that are not reached through others.

    Raises:
        Refused: One of them is far too large, or cannot be read; or all together are.
    """
    files: Tree = {}
    kinds: dict[PurePosixPath, Kind] = {}
    modes: dict[PurePosixPath, int] = {}
    size = 0
    for path in paths:
        mode = mode_at(root, path)
        if mode is None or not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
            continue
        try:
            content = _content(root / path, mode)
        except reading.Absent:  # it was there a moment ago
            continue
        except reading.Unreadable as error:
            raise Refused(root / path, f"cannot be read ({error.reason}): move it away first") from error
        size += len(content)
        if size > _MOST_BYTES:
            raise Refused(root, f"has more than {reading.size(_MOST_BYTES)} of files to compare")
        files[path], modes[path] = content, stat.S_IMODE(mode)
        kinds[path] = Kind.of(mode)
    return Present(files, kinds, modes)


def mode_at(root: Path, path: PurePosixPath) -> int | None:
    """Of what stands at a path, which no link leads to; None where nothing does."""
    try:
        return None if is_blocked(root, path) else (root / path).lstat().st_mode
    except OSError:
        return None


def _content(file: Path, mode: int) -> bytes:
    if not stat.S_ISLNK(mode):
        return reading.read_limited(file, _LARGEST_FILE, follow=False)
    try:
        return os.fsencode(os.readlink(file))  # noqa: PTH115  # Path would clean it up
    except OSError as error:
        raise reading.Absent(error.strerror or "is missing") from error
