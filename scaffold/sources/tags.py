"""Versions of templates: which tag is the newest, and whether a tag still means what it meant."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from scaffold import reading, versions
from scaffold.errors import Refused
from scaffold.places import data_folder, note

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scaffold.foreign.checkout import Checkout


def newest(tags: Iterable[str]) -> str | None:
    """The newest release."""
    return next(iter(releases(tags)), None)


def releases(tags: Iterable[str]) -> list[str]:
    """The releases by PEP 440, as Copier takes them: no pre-release, no other words. The newest first."""
    return [tag for tag in by_version(tags) if (version := versions.parse(tag)) and not version.is_prerelease]


def by_version(tags: Iterable[str]) -> list[str]:
    """The tags that are versions, the newest first."""
    found = {tag: version for tag in tags if (version := versions.parse(tag))}
    return sorted(found, key=lambda tag: found[tag], reverse=True)


def refuse_moved(source: str, tag: str, commit: str, *, pinned: str | None, accepted: str | None) -> None:
    """Hold a tag to the commit that it was: pinned by somebody, or seen here before.

    Raises:
        Refused: It is another now, and not the accepted one.
    """
    before = pinned or _seen(source, tag)
    if before is not None and commit not in (before, accepted):
        raise Refused(
            f"the tag {tag} of {source}",
            f"was moved: it was {before} and is now {commit};"
            f" ask its owner why, and accept it with --accept-moved {commit}",
        )


def remember(checkout: Checkout) -> None:
    """Note which commit the version was, now that something was made of it; where nothing can be noted, it is not."""
    if checkout.ref is None or checkout.commit is None:
        return
    place = _place(checkout.source, checkout.ref)
    with suppress(OSError):
        note(place, f"{checkout.commit} {checkout.ref} {checkout.source}\n")


def _seen(source: str, tag: str) -> str | None:
    with suppress(reading.Unreadable, IndexError):
        return reading.read_text(_place(source, tag)).split()[0]
    return None


def _place(source: str, tag: str) -> Path:
    """A file for each tag: two runs at once can neither wait for nor undo each other."""
    return data_folder() / "tags" / hashlib.sha256(f"{source}\n{tag}".encode("utf-8", "surrogateescape")).hexdigest()
