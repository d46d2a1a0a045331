"""What generated code is compared with, and what that needs of the user where the template is not ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from scaffold.life.merge import Tree
    from scaffold.life.secrets import Unsure


@dataclass(frozen=True, kw_only=True)
class Permission:
    """What the command line says about templates that are not ours."""

    trust: str | None = None
    """The digest of what may be run."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Answers that are on no record."""


@dataclass(frozen=True, kw_only=True)
class Generated:
    """What was generated, once more."""

    files: Tree
    """With symbolic links, whose content is what they name."""
    links: frozenset[PurePosixPath] = frozenset()
    executable: frozenset[PurePosixPath] = frozenset()
    owned: frozenset[PurePosixPath] = frozenset()
    """Files that were generated once, and are the user's since then: no update touches them."""
    unsure: Mapping[PurePosixPath, Unsure] = field(default_factory=dict)
    """Files that hold something made from a secret which is not known."""
    has_tasks: bool = False
    """Whether the template's tasks, which were not run, may have changed any of it."""
    remarks: tuple[str, ...] = ()
