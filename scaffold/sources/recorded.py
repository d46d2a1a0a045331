"""The version of a template that a project was made by, found again whatever has become of its name.

A project records a tag, or what `git describe` said of a commit, or a hash; scaffold records the whole hash beside it.
A tag that was deleted or moved, or a branch that has gone on, is no hindrance as long as the commit can be had.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scaffold.errors import Refused
from scaffold.sources import tags
from scaffold.sources.resolve import exported, repository_of
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.foreign.checkout import Checkout
    from scaffold.sources.repository import Repository
    from scaffold.sources.resolve import Source

_WHOLE_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DESCRIBED = re.compile(r".+-[0-9]+-g(?P<hash>[0-9a-f]{7,64})")


class VersionGone(Refused):
    """A version on record that its template no longer has under any name."""

    def __init__(self, source: str, version: str, commit: str | None) -> None:
        named = f"{one_line(version)!r}" + (f" (commit {commit})" if commit else "")
        super().__init__(
            f"{source} no longer has the version {named} that this project was made by:",
            "name an address that still has it with scaffold update --source, or start over from a newer version with"
            " scaffold update --recopy, where your edits become conflicts",
        )


def is_described(version: str) -> bool:
    """Whether it is what git says of a commit after a release, and no name by which a copy can be asked for it."""
    return _DESCRIBED.fullmatch(version) is not None


@contextmanager
def opened(source: Source, version: str, commit: str | None, *, accept_moved: str | None = None) -> Iterator[Checkout]:
    """The files of a version on record while they are needed; it is called as the record calls it.

    Args:
        source: Where the template is.
        version: What the record has as its version.
        commit: The whole hash of its commit, where the record has that, too.
        accept_moved: The commit that the version may be where the one on record is gone.

    Raises:
        Unreachable: The template cannot be read.
        VersionGone: It has no such version.
        Refused: The tag is another commit now, and the one on record is gone; or a submodule cannot be fetched.
    """
    with repository_of(source) as repository:
        found = _found(repository, source, version, commit, accept_moved)
        if found is None:
            raise VersionGone(source.known_as, version, commit)
        yield exported(repository, source, version, found)


def _found(
    repository: Repository, source: Source, version: str, commit: str | None, accept_moved: str | None
) -> str | None:
    """The whole hash of the commit, which is at hand then."""
    recorded = commit if commit is not None and _WHOLE_HASH.fullmatch(commit) else None
    named = repository.refs.tags.get(version)
    if recorded is not None and recorded != named and repository.obtain(recorded):
        return recorded
    found = repository.commit_of(version)
    if found is not None and version in repository.refs.tags:
        tags.refuse_moved(source.known_as, version, found, pinned=recorded, accepted=accept_moved)
    described = _DESCRIBED.fullmatch(version)
    return found if found is not None or described is None else repository.commit_of(described["hash"])
