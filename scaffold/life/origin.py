"""Where the template of a generated project is, which version of it made the project, and what it offers now."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.answersfile import COMMIT_KEY
from scaffold.errors import NothingGenerated
from scaffold.life import majors
from scaffold.sources import recorded, resolve
from scaffold.sources.errors import BadSource, UnknownTemplate
from scaffold.text import visible

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from scaffold.foreign.checkout import Checkout
    from scaffold.life.generated import Piece
    from scaffold.sources.resolve import Offer, Source


_HASH = re.compile(r"[0-9a-f]{7,64}")
_NOW = "name where it is now with scaffold update --source"


def source(piece: Piece, ref: str | None = None) -> Source:
    """Where its template is; a relative path starts from the project, whatever the current folder is.

    Args:
        piece: What was generated.
        ref: The version that is wanted of it.

    Raises:
        NothingGenerated: It is not there any more.
    """
    try:
        found = resolve.parse(piece.source, base=piece.root.absolute())
    except (BadSource, UnknownTemplate) as error:
        raise NothingGenerated(piece.path, f"names a template that cannot be had: {_why(piece, error)}") from error
    return replace(found, recorded=piece.source, ref=ref)


def _why(piece: Piece, error: BadSource | UnknownTemplate) -> str:
    if not resolve.is_relative(piece.source):
        return f"{error}, or {_NOW}"
    text = visible(piece.source)
    elsewhere = _from_here(piece)
    if elsewhere is None:
        return f"{text}, a path from the project, does not exist: {_NOW}"
    better = os.path.relpath(elsewhere, piece.root.absolute())
    return (
        f"{text} is a path from the project, where nothing is; from the current folder it would be"
        f" {visible(str(elsewhere))}: put _src_path: {visible(better)} there if that is meant"
    )


def _from_here(piece: Piece) -> Path | None:
    """Another place that a relative source would name if it started from the current folder."""
    here = Path(os.path.abspath(piece.source))  # noqa: PTH100  # as it is written, without following links
    there = piece.root.absolute() / piece.source
    if not resolve.is_relative(piece.source) or not here.exists():
        return None
    return None if there.exists() and here.samefile(there) else here


def remark(piece: Piece) -> str:
    """What has to be said about where it comes from, or nothing."""
    other = _from_here(piece)
    if other is None:
        return ""
    meant = os.path.abspath(piece.root / piece.source)  # noqa: PTH100  # as above
    return (
        f"the template {visible(piece.source)} is taken from the project, so it is {visible(meant)},"
        f" not {visible(str(other))}"
    )


def commit(piece: Piece) -> str | None:
    """The whole hash that the record has beside the version; None where plain Copier wrote it."""
    found = piece.recorded.get(COMMIT_KEY)
    return found if isinstance(found, str) else None


def opened(
    piece: Piece, template: Source | None = None, *, accept_moved: str | None = None
) -> AbstractContextManager[Checkout]:
    """The version that the project was made by, while its files are needed.

    Args:
        piece: What was generated.
        template: Where its template is now; by default where the record says.
        accept_moved: The commit that the version may be where the one on record is gone.

    Raises:
        ScaffoldError: As for `recorded.opened` and `source`.
    """
    found = template or source(piece)
    return recorded.opened(found, piece.version, commit(piece), accept_moved=accept_moved)


def moved_tag(piece: Piece, offered: Offer) -> str:
    """What has to be said where the tag on record is another commit now, or nothing."""
    here, now = commit(piece), offered.tags.get(piece.version)
    if here is None or now is None or here == now:
        return ""
    return f"the tag {visible(piece.version)} was moved: it was {here}, which counts here, and is now {now}"


def goal(piece: Piece, offered: Offer, *, cross: bool) -> str:
    """The version that an update goes to by itself: a release, or the newest commit where there are none.

    Args:
        piece: What was generated.
        offered: What its template offers.
        cross: Over a breaking change, too.
    """
    if not offered.releases:
        return newest_commit(piece, offered) or piece.version
    if _HASH.fullmatch(piece.version) and piece.version not in offered.tags:  # some read as versions, such as 79652b9
        return offered.releases[-1]
    return majors.target(piece.version, offered.releases, cross=cross)


def newest_commit(piece: Piece, offered: Offer) -> str | None:
    """The commit that a project follows whose template has no releases; None where it has that already."""
    if offered.releases or offered.head is None:
        return None
    here = commit(piece) or offered.tags.get(piece.version) or piece.version.rpartition("-g")[2]
    return None if offered.head.startswith(here) else offered.head
