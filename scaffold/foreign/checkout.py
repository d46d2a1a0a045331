"""A template on this disk, and how much of the machine it may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Checkout:
    """A template on this disk, at one version."""

    root: Path
    """The folder; a `.git` in it is never read."""
    source: str
    """Where it comes from: a URL, or an absolute path."""
    ref: str | None
    """The tag or branch that was asked for or chosen; recorded as `_commit`."""
    commit: str | None
    """The full hash, or None for a plain folder."""
    note: str = ""
    """What whoever uses it is told first, or nothing."""
    src_path: str = ""
    """What a project's record has as `_src_path`, where that is written in another way."""

    @property
    def recorded(self) -> str:
        """What a project records as `_src_path`."""
        return self.src_path or self.source


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a template may use. Seconds and bytes."""

    wall: float = 60
    """Without the time in which a person answers."""
    tasks_wall: float = 900
    """The same for a template that is trusted to run things."""
    cpu: int = 30
    memory: int = 1 << 30
    file_size: int = 20 << 20
    total_size: int = 100 << 20
    files: int = 10_000
    depth: int = 40
    """Of folders within folders."""
