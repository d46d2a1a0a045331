"""Addresses of repositories: which ones git is asked for, what a relative one means, and what stands behind a path."""

from __future__ import annotations

import re
from pathlib import Path

from scaffold import reading

_BUNDLE = b"# v"  # and a number, and "git bundle"
_LONGEST = 1000
# No host or path that a program could take for an option, and nothing of the form `ext::command`.
_REMOTE = re.compile(
    r"(?:https?|ssh|git\+ssh|ssh\+git|git)://(?!-)(?![^/]*@-)[^/]+/.+"
    r"|(?!-)(?:[\w.+-]+@(?!-))?(?!(?:https?|ssh|git|file|ext|fd):)[\w.-]{2,}:(?![:-]|//).+"
)
_ALLOWED = "take https, ssh or git"


class BadAddress(ValueError):
    """A submodule's address that git is not asked for; why."""


def is_repository(folder: Path) -> bool:
    """Whether a folder is a repository itself, not just within one."""
    bare = all((folder / name).exists() for name in ("HEAD", "objects", "refs"))
    return bare or (folder / ".git").exists()


def is_bundle(path: Path) -> bool:
    """Whether a file is a bundle of git's."""
    try:
        first = reading.read_start(path, 40).partition(b"\n")[0]
    except reading.Unreadable:
        return False
    return first.startswith(_BUNDLE) and b"git bundle" in first


def without_password(url: str) -> str:
    """A URL as it may be shown and recorded."""
    return re.sub(r"(?<=://)([^/@:]*:)?[^/@]*@", "", url) if "http" in url.partition("://")[0] else url


def submodule_location(url: str, parent: str | Path) -> str | Path:
    """Where a submodule is, as a template names it in `.gitmodules`.

    Args:
        url: As it is written there.
        parent: Where the repository is that has it. A path on this disk means something only to one that is there too.

    Raises:
        BadAddress: Git is not asked for such an address.
    """
    if not url or not url.isprintable() or len(url) > _LONGEST:
        raise BadAddress("is no address")
    if url.startswith(("./", "../")):
        url = _joined(str(parent), url)
    if _REMOTE.fullmatch(url):
        return url
    path = url.removeprefix("file://")
    if not Path(path).is_absolute():
        raise BadAddress(f"is no address that git is asked for: {_ALLOWED}")
    if not isinstance(parent, Path):
        raise BadAddress(f"is a path on this disk, named by a template from elsewhere: {_ALLOWED}")
    return _local(Path(path))


def _local(path: Path) -> Path:
    try:
        known = is_repository(path) if path.is_dir() else path.is_file() and is_bundle(path)
    except OSError as error:
        raise BadAddress(f"cannot be read: {error.strerror}") from error
    if not known:
        raise BadAddress("is no repository and no bundle")
    return path


def _joined(parent: str, url: str) -> str:
    """As git does: each `../` takes away what is behind the last slash, or else behind the last colon."""
    base, separator = parent.rstrip("/"), "/"
    while url.startswith(("./", "../")):
        if url.startswith("../"):
            slash, colon = base.rpartition("/"), base.rpartition(":")
            if not slash[1] and not colon[1]:
                raise BadAddress("leads above the address of its template")
            base, separator = (slash[0], separator) if slash[1] else (colon[0], ":")
        url = url.partition("/")[2]
    return f"{base}{separator}{url}".rstrip("/")
