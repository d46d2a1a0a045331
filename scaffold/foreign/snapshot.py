"""A private copy of a template: what is looked through, fixed by a digest and rendered is one and the same."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold.errors import TemplateFault
from scaffold.foreign import tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.foreign.checkout import Limits


@dataclass(frozen=True)
class Snapshot:
    """A template as it was when it was copied."""

    root: Path
    digest: str
    """Of all its files."""


def take(source: Path, target: Path, limits: Limits) -> Snapshot:
    """Copy a template to the new folder `target`, without its `.git`.

    Links survive that name a file of the template, or a folder of it without links.

    Raises:
        TemplateFault: It holds what no template should, or more than the limits allow.
    """
    if not source.is_dir():
        raise TemplateFault(str(source), "is no folder")
    target.mkdir(parents=True)
    lines: list[str] = []
    links: list[PurePosixPath] = []
    for entry in tree.read(source, limits, rendered=False, without=(".git",)):
        lines.append(tree.fingerprint(entry))
        if entry.link is not None:
            links.append(entry.path)
        _copy(entry, target)
    _check_links(target, links)
    return Snapshot(target, sha256("".join(sorted(lines)).encode()).hexdigest())


def _copy(entry: tree.Entry, target: Path) -> None:
    file = target / entry.path
    file.parent.mkdir(parents=True, exist_ok=True)
    if entry.link is not None:
        file.symlink_to(entry.link)
    else:
        file.write_bytes(entry.content)
        file.chmod(0o755 if entry.executable else 0o644)


def _check_links(root: Path, links: Sequence[PurePosixPath]) -> None:
    """In the copy, which nobody else can change: a link may lead through others, so only its real end counts."""
    real_root = os.path.realpath(root)
    holding = {place for link in links for place in (link, *link.parents)}  # folders with links, and links
    for link in links:
        lexical = os.path.normpath(Path(real_root, link.parent, (root / link).readlink()))
        if not Path(lexical).is_relative_to(real_root):
            raise TemplateFault(str(link), "is a symbolic link that leaves the template")
        try:
            (root / link).stat()  # the system ends a way through more than 40 links, which realpath would walk
            real = Path(os.path.realpath(root / link, strict=True))
        except OSError as error:
            raise TemplateFault(str(link), f"is a symbolic link that leads nowhere: {error.strerror}") from error
        if not real.is_relative_to(real_root):
            raise TemplateFault(str(link), "is a symbolic link that leaves the template")
        inside = PurePosixPath(real.relative_to(real_root).as_posix())
        if inside in holding and real.is_dir():
            raise TemplateFault(str(link), "is a symbolic link to a folder with links, which may have no end")
