"""What can go wrong on the way to a team's template: its name, its source, its version, its catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError, UsageError, did_you_mean
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


class UnknownTemplate(ScaffoldError):
    """A word that is neither a template's name nor a source."""

    def __init__(self, text: str, known: Iterable[str]) -> None:
        near = did_you_mean(text, known)
        super().__init__(
            f"there is no template {text!r}{near or '; scaffold template list shows the names'}"
            " (or give a folder, a git URL, gh:OWNER/REPOSITORY or gl:GROUP/REPOSITORY)"
        )


class BadSource(ScaffoldError):
    """A text that names no source."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"template source {text!r} {reason}")


class BadName(UsageError):
    """A name that no template can have."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"template name {name!r} {reason}")


class NameTaken(ScaffoldError):
    """A name that means something already; `catalogue` is whose, empty for the user's own."""

    def __init__(self, name: str, source: str, catalogue: str) -> None:
        whose = f" of the catalogue {catalogue}" if catalogue else ""
        super().__init__(
            f"the name {name} is taken by {source}{whose}: choose another,"
            f" or first scaffold template remove {catalogue or name}"
        )


class NamesInUse(ScaffoldError):
    """Another process that changes the user's names, and does not end."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__(
            f"another scaffold has been changing {path} for {seconds:g} seconds: wait until it has ended, then run"
            " this again"
        )


class Unreachable(ScaffoldError):
    """A source that cannot be read."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(
            f"cannot read {source}: {one_line(reason).rstrip('.')}; check the address and your access"
            f" (git ls-remote {source} shows the same)"
        )


class Unwritable(ScaffoldError):
    """A version whose files git does not write."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"the files of {source} cannot be written: {one_line(reason)}; its owner must fix them")


class SubmoduleFault(ScaffoldError):
    """A submodule that cannot be fetched, or has no place in its template."""

    def __init__(self, source: str, path: str, reason: str) -> None:
        super().__init__(f"submodule {one_line(path)} of {source}: {one_line(reason, 600)}")


class RefMissing(ScaffoldError):
    """A version that the source does not have."""

    def __init__(self, source: str, ref: str, tags: Sequence[str], branches: Iterable[str]) -> None:
        near = did_you_mean(ref, [*tags, *branches])
        newest = f"; the newest tags are {', '.join(tags[:3])}" if tags else "; it has no tags"
        super().__init__(f"{source} has no tag, branch or commit {ref!r}{near or newest}")


class TagMoved(ScaffoldError):
    """A tag that means another commit than when it was first seen here."""

    def __init__(self, source: str, tag: str, before: str, now: str) -> None:
        super().__init__(
            f"the tag {tag} of {source} was moved: it was {before} and is now {now};"
            f" ask its owner why, and accept it with --accept-moved {now}"
        )


class CatalogueFault(ScaffoldError):
    """A catalogue that cannot be used as it is."""

    def __init__(self, place: str | Path, reason: str, line: int | None = None) -> None:
        super().__init__(f"{place}:{line}: {reason}" if line else f"{place}: {reason}")
