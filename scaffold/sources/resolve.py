"""From what a user wrote, a folder, a git URL or a bundle, to a template's files on this disk at one version."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import Refused, did_you_mean
from scaffold.foreign.checkout import Checkout
from scaffold.removal import temporary_folder
from scaffold.sources import tags
from scaffold.sources.addresses import is_bundle, is_repository, without_password
from scaffold.sources.errors import BadSource, UnknownTemplate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scaffold.sources.repository import Repository

_ALIASES = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_SUFFIX_OPTIONAL = ("https://github.com/", "https://gitlab.com/")  # as Copier has it
_PLACE = re.compile(
    r"(?P<place>(?:gh:|gl:|(?:git\+)?(?:https?|ssh|git|file)://[^/]*/|(?:git\+)?[\w.-]+@[^:/@]+:|[\w.-]{2,}:(?=.*\.git\b)).+?)"
    r"(?:(?<=[^/])@(?P<ref>[^@]+))?"
)
_LONGEST = 1000
_MISSING = "does not exist: check the path"


@dataclass(frozen=True)
class Source:
    """Where a template comes from."""

    recorded: str
    """As a project records it in `_src_path`: what Copier takes, without a password, a path absolute or as it stands
    in a record that is there already."""
    location: str | Path
    """What git is given, or a path."""
    ref: str | None
    """The version that was asked for."""

    @property
    def shown(self) -> str:
        """What git is given, for messages."""
        return without_password(str(self.location))

    @property
    def known_as(self) -> str:
        """What it is called wherever it is remembered: the same from every folder."""
        return str(self.location) if isinstance(self.location, Path) else without_password(self.recorded)

    @property
    def is_plain_folder(self) -> bool:
        """Whether it is a folder without versions."""
        return isinstance(self.location, Path) and self.location.is_dir() and not is_repository(self.location)


def parse(text: str, *, base: Path | None = None) -> Source:
    """What a text means as a source: all that Copier takes, with `@REF` behind it for a version.

    Args:
        text: An address or a path.
        base: The folder that a relative path starts from; by default the current one.

    Raises:
        BadSource: It can be none.
        UnknownTemplate: There is no such folder.
    """
    if len(text) > _LONGEST:
        raise BadSource(f"{text[:60]}…", "is none: it is far too long")
    if not text or not text.isprintable() or text.startswith("-"):
        raise BadSource(text, "is none: give a folder, a git URL, gh:OWNER/REPOSITORY or gl:GROUP/REPOSITORY")
    remote = _PLACE.fullmatch(text)
    if remote is not None:
        return _remote(remote["place"], remote["ref"])
    if "::" in text or "://" in text:
        raise BadSource(text, "is no address that git is asked for: take https, ssh, git or file")
    path, ref = _existing(text, base or Path())
    if path is None and text.startswith((".", "/", "~")):
        raise BadSource(text, _MISSING)
    if path is None:
        raise UnknownTemplate(text, ())
    return _local(path, ref)


def _remote(place: str, ref: str | None) -> Source:
    if place.startswith(("file://", "git+file://")):
        return _local(Path(place.partition("file://")[2]), ref)
    url = place.removeprefix("git+")
    for alias, site in _ALIASES.items():
        if url.startswith(alias):
            url = site + url.removeprefix(alias).lstrip("/")
    if url.startswith(_SUFFIX_OPTIONAL) and not url.endswith(".git"):
        url += ".git"
    if not (place.startswith("git+") or url.endswith(".git") or url.startswith(("git@", "git://"))):
        raise BadSource(place, f"is not known to be git: write git+{place}")
    if "::" in url.partition("://")[0]:
        raise BadSource(place, "is no address that git is asked for: take https, ssh, git or file")
    return Source(without_password(place), url, ref)


def _local(path: Path, ref: str | None) -> Source:
    path = path.expanduser().absolute()
    if not path.exists():
        raise BadSource(str(path), _MISSING)
    plain = Path(os.path.normpath(path))
    if plain.exists() and plain.samefile(path):  # else a symbolic link is on the way
        path = plain
    source = Source(_as_copier_finds(path), path, ref)
    if path.is_file() and not is_bundle(path):
        raise BadSource(str(path), "is a file, and no git bundle: give a folder, a repository or a bundle")
    if ref is not None and source.is_plain_folder:
        raise BadSource(str(path), f"is a plain folder and has no versions: leave out @{ref}")
    return source


def _as_copier_finds(path: Path) -> str:
    """A path for `_src_path`: a bare repository is one for Copier only where its name or its address says so."""
    bare = path.is_dir() and path.suffix != ".git" and not (path / ".git").exists() and is_repository(path)
    return f"git+file://{path}" if bare else str(path)


def is_relative(text: str) -> bool:
    """Whether a source is a path that starts from some folder."""
    return not (
        _PLACE.fullmatch(text) or "::" in text or "://" in text or text.startswith("~") or Path(text).is_absolute()
    )


def _existing(text: str, base: Path) -> tuple[Path | None, str | None]:
    """The path that a text names, with the version behind it."""
    path = base / os.path.expanduser(text)  # noqa: PTH111  # pathlib fails where there is no home
    if os.path.exists(path):  # noqa: PTH110  # pathlib fails for a name that is too long
        return path, None
    before, _, ref = text.rpartition("@")
    found = _existing(before, base)[0] if before and ref else None
    return (found, ref) if found else (None, None)


@contextmanager
def opened(
    source: Source, *, pinned: str | None = None, accept_moved: str | None = None, with_submodules: bool = True
) -> Iterator[Checkout]:
    """The template's files while they are needed: the version asked for, else the newest release, else HEAD.

    Args:
        source: Where it comes from.
        pinned: The commit that the version must be, where somebody recorded it.
        accept_moved: The commit that a moved tag may now mean.
        with_submodules: Fetch their files, too; else their folders are empty.

    Raises:
        Unreachable: It cannot be read.
        Refused: It has no such version, or a submodule that cannot be fetched; or the tag is another commit than when
            it was seen before, or than it is pinned to.
    """
    if isinstance(source.location, Path) and source.is_plain_folder:
        yield _checkout(source, source.location, None, None)
        return
    with repository_of(source) as repository:
        name = source.ref or tags.newest(repository.refs.tags) or "HEAD"
        commit = repository.commit_of(name)
        if commit is None:
            known = repository.refs
            raise _ref_missing(source.known_as, name, tags.by_version(known.tags), known.branches)
        if name in repository.refs.tags:
            tags.refuse_moved(source.known_as, name, commit, pinned=pinned, accepted=accept_moved)
        if name == "HEAD" and isinstance(source.location, Path) and repository.uncommitted():
            if with_submodules and (source.location / ".gitmodules").exists():
                raise BadSource(source.known_as, "has submodules, and changes that are not committed: commit them")
            note = f"{source.known_as} has changes that are not committed: they are used, and no version is recorded"
            yield _checkout(source, source.location, None, None, note)
            return
        described = name if name in repository.refs.tags else repository.describe(commit)
        yield exported(repository, source, described, commit, with_submodules=with_submodules)


@contextmanager
def repository_of(source: Source) -> Iterator[Repository]:
    """The repository that a source is, to be read while it is needed."""
    from scaffold.sources.repository import Repository  # a plain folder needs nothing of git

    with temporary_folder("scaffold-template-") as own:
        yield Repository(source.location, own, source.shown)


def exported(
    repository: Repository, source: Source, ref: str, commit: str, *, with_submodules: bool = True
) -> Checkout:
    """The files of a commit that is at hand, as a version of the template.

    Raises:
        Refused: Some are missing or too large, or a submodule cannot be fetched.
    """
    from scaffold.sources import submodules
    from scaffold.sources.listing import Budget

    files = repository.own / "template"
    files.mkdir()
    if with_submodules:
        submodules.export(repository, commit, files)
    else:
        repository.write(commit, files, Budget())
    return _checkout(source, files, ref, commit)


def _checkout(source: Source, root: Path, ref: str | None, commit: str | None, note: str = "") -> Checkout:
    return Checkout(root, source.known_as, ref, commit, note, source.recorded)


def _ref_missing(source: str, ref: str, known: Sequence[str], branches: Iterable[str]) -> Refused:
    near = did_you_mean(ref, [*known, *branches])
    newest = f"; the newest tags are {', '.join(known[:3])}" if known else "; it has no tags"
    return Refused(source, f"has no tag, branch or commit {ref!r}{near or newest}")


@dataclass(frozen=True)
class Offer:
    """What a template offers to projects made from it."""

    releases: Sequence[str]
    """The oldest first."""
    head: str | None
    """The newest commit, by its whole hash; None for a plain folder."""
    tags: Mapping[str, str]
    """Every tag's commit."""


def offer(source: Source) -> Offer:
    """What the template offers now.

    Raises:
        Unreachable: It cannot be read.
    """
    if source.is_plain_folder:
        return Offer((), None, {})
    with repository_of(source) as repository:
        refs = repository.refs
        return Offer(tags.releases(refs.tags)[::-1], refs.head, refs.tags)


def versions(source: Source) -> list[str]:
    """The tags that are versions, the newest first; none for a plain folder.

    Raises:
        Unreachable: It cannot be read.
    """
    if source.is_plain_folder:
        return []
    with repository_of(source) as repository:
        return tags.by_version(repository.refs.tags)
