"""The work itself: edit this file first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Usage(NamedTuple):
    """What a directory holds, with all below it."""

    files: int
    size: int


def work(path: Path) -> Usage:
    """Count the files below a directory and add up their sizes.

    Replace the body with your own work: `python -m demo PATH` prints what it returns.
    """
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a directory")
    sizes = [entry.stat().st_size for entry in path.rglob("*") if entry.is_file()]
    return Usage(files=len(sizes), size=sum(sizes))
