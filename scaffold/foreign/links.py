"""Symbolic links of a template and of what it became: where each leads, without following it out of there."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold import portable
from scaffold.errors import TemplateFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MOST_STEPS = 40  # links that one leads through, as the system has it


def check_followed(root: Path, links: Sequence[PurePosixPath]) -> None:
    """Refuse links of a template that Copier would follow out of it, or without end.

    One that leads nowhere stands for itself until it is rendered, which it may never be.

    Args:
        root: The copy of the template, which nobody else can change.
        links: Their paths in it.

    Raises:
        TemplateFault: There is such a link.
    """
    real_root = os.path.realpath(root)
    holding = {place for link in links for place in (link, *link.parents)}  # folders with links, and links
    for link in links:
        lexical = os.path.normpath(Path(real_root, link.parent, (root / link).readlink()))
        if not Path(lexical).is_relative_to(real_root):
            raise TemplateFault(str(link), "is a symbolic link that leaves the template")
        try:
            (root / link).stat()  # the system ends a way through more than 40 links, which realpath would walk
            real = Path(os.path.realpath(root / link, strict=True))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise TemplateFault(str(link), f"is a symbolic link that leads nowhere: {error.strerror}") from error
        if not real.is_relative_to(real_root):
            raise TemplateFault(str(link), "is a symbolic link that leaves the template")
        inside = PurePosixPath(real.relative_to(real_root).as_posix())
        if inside in holding and real.is_dir():
            raise TemplateFault(str(link), "is a symbolic link to a folder with links, which may have no end")


def check_kept(links: Mapping[PurePosixPath, bytes], others: Iterable[PurePosixPath]) -> None:
    """Refuse links of a rendered tree that lead out of it, by themselves or through each other, or in a circle.

    What one names need not be there: a template may count on what the project makes later.

    Args:
        links: What each names.
        others: The paths of the files and of the empty folders.

    Raises:
        TemplateFault: There is such a link, or one where a folder has to go.
    """
    targets = {portable.folded(str(path)): os.fsdecode(target) for path, target in links.items()}
    for path in (*others, *links):
        if through := next((parent for parent in path.parents if portable.folded(str(parent)) in targets), None):
            raise TemplateFault(str(through), f"is a symbolic link where the folder of {path} has to go")
    for link in links:
        _follow(link, targets)


def _follow(link: PurePosixPath, targets: Mapping[str, str]) -> None:
    """Walk where a link leads, part by part, as the system does; names are those where case does not count."""
    steps = 0
    place: tuple[str, ...] = link.parent.parts
    rest = [link.name]
    while rest:
        part = rest.pop()
        if part == "..":
            if not place:
                raise TemplateFault(str(link), "is a symbolic link that leaves the project")
            place = place[:-1]
            continue
        target = targets.get(portable.folded("/".join((*place, part))))
        if target is None:
            place = (*place, part)
            continue
        steps += 1
        if steps > _MOST_STEPS:
            raise TemplateFault(str(link), "is a symbolic link that leads nowhere, but in a circle")
        if problem := _problem(target):
            raise TemplateFault(str(link), problem)
        rest += [part for part in reversed(target.split("/")) if part not in {"", "."}]


def _problem(target: str) -> str | None:
    """What is wrong with what a link names, wherever it stands."""
    if target.startswith(("/", "\\")) or ":" in target.partition("/")[0]:
        return "is a symbolic link that leaves the project"
    if "\\" in target:
        return "is a symbolic link with a backslash, which is another path on Windows"
    if any(map(portable.is_git, target.split("/"))):
        return "is a symbolic link into what git keeps its own files in"
    if not target.isprintable():
        return "is a symbolic link that names what no terminal shows"
    return None
