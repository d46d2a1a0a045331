"""A private copy of a template: what is looked through, fixed by a digest and rendered is one and the same."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from scaffold.errors import TemplateFault
from scaffold.foreign import tree

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from scaffold.foreign.checkout import Limits


@dataclass(frozen=True)
class Snapshot:
    """A template as it was when it was copied."""

    root: Path
    digest: str
    """Of all its files."""
    links: tuple[PurePosixPath, ...]
    """Its symbolic links."""


def take(source: Path, target: Path, limits: Limits) -> Snapshot:
    """Copy a template to the new folder `target`, without its `.git`. Links stay what they are.

    Raises:
        TemplateFault: It holds what no template should, or more than the limits allow.
    """
    if not source.is_dir():
        raise TemplateFault(str(source), "is no folder")
    target.mkdir(parents=True)
    lines: list[str] = []
    links: list[PurePosixPath] = []
    for entry in tree.read(source, limits, rendered=False, without=(".git",)):
        if not entry.is_folder:
            lines.append(tree.fingerprint(entry))
        if entry.is_link:
            links.append(entry.path)
        tree.write(entry, target)
    return Snapshot(target, sha256("".join(sorted(lines)).encode()).hexdigest(), tuple(links))
