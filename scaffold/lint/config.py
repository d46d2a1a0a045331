"""copier.yml for the rules: read as Copier's own command reads it, and never through a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scaffold import reading
from scaffold.copierfmt import reader
from scaffold.lint.paths import glob_matches
from scaffold.lint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scaffold.copierfmt.reader import Config

_BOUNDS: Final = reader.Bounds(values=20_000, follow=False)
_CODES: Final = {"nothing included": "S002", "duplicate key": "S004"}


def read_config(root: Path, path: str, files: Sequence[str]) -> Config:
    """Read a template's copier.yml.

    Args:
        root: The template's folder.
        path: Its configuration file, below `root`.
        files: What lies below `root`; nothing else is ever opened.
    """

    def find(pattern: str) -> Iterator[str]:
        if pattern.startswith("/") or ".." in pattern.split("/"):
            raise reading.Unreadable("is outside the template")
        return (name for name in files if glob_matches(pattern, name))

    return reader.read(root, path, find, _BOUNDS)


def problems(config: Config) -> Iterator[Problem]:
    """What is wrong with how it is written."""
    if config.fault is not None:
        yield Problem("S001", config.fault.place, config.fault.reason)
    for remark in config.remarks:
        yield Problem(_CODES[remark.kind], remark.place, remark.message)
