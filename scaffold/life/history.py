"""Every released version of the bundled templates, from a git bundle that comes with scaffold.

A bundle is one file, needs no network, and is a real history: each version is a tag in it (docs/adr/0005).
"""

from __future__ import annotations

import atexit
import io
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from scaffold import versions
from scaffold.errors import Refused
from scaffold.git import git
from scaffold.life import majors
from scaffold.removal import room_is_needed, temporary_folder
from scaffold.template import Template, bundled
from scaffold.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE = "https://templates.scaffold.invalid/threads.git"
"""What generated code records as its source: a name in a reserved domain, which nobody can ever register (RFC 2606)."""


@cache
def history() -> History:
    """The history that comes with scaffold."""
    return History(Path(__file__).parent.parent / "templates.bundle")


@dataclass(frozen=True)
class History:
    """The released versions of the bundled templates."""

    bundle: Path

    @cached_property
    def commits(self) -> dict[str, str]:
        """Each version, the oldest first, with its commit. Read from the bundle's head, which is plain text."""
        head, _, _ = self.bundle.read_bytes().partition(b"\n\n")
        pairs = [line.split(" refs/tags/") for line in head.decode().splitlines() if " refs/tags/" in line]
        return {tag: commit for commit, tag in sorted(pairs, key=lambda pair: Version(pair[1]))}

    @property
    def versions(self) -> Sequence[str]:
        """The oldest first."""
        return list(self.commits)

    @property
    def available(self) -> Sequence[str]:
        """The oldest first; the last one is `newest`, which a checkout may have before it is released."""
        return [*(version for version in self.versions if version != self.newest), self.newest]

    @property
    def newest(self) -> str:
        """The version that `scaffold new` renders."""
        return bundled().version

    def next_version(self, version: str, to: str | None, *, cross: bool) -> tuple[Template, tuple[str, ...]]:
        """The templates that an update goes to, and what to say about that.

        Args:
            version: The one on record.
            to: The version that was asked for, or None for the newest.
            cross: Whether another major version is wanted, too.

        Raises:
            Refused: There is no such version, or it is newer than this scaffold.
            UsageError: It is another major version, which was not asked for.
        """
        if to is not None:
            template = self.template(to)
            majors.check_crossing(version, to, allowed=cross)
            return template, ()
        goal = majors.target(version, self.available, cross=cross)
        newer = majors.newer_major(goal, self.available)
        return self.template(goal), ((majors.is_out(newer),) if newer else ())

    def notes(self, version: str, goal: str) -> tuple[tuple[str, str], ...]:
        """What each release after one version changed, up to another, the oldest first."""
        after, up_to = Version(version), Version(goal)
        return _notes(self.bundle, tuple(v for v in self.versions if after < Version(v) <= up_to))

    def template(self, version: str) -> Template:
        """The templates as they were released under this version.

        Raises:
            Refused: There is no such version, or it is newer than this scaffold.
        """
        if version == self.newest:
            return bundled()
        if version not in self.commits:
            raise self._unknown(version)
        return _released(self.bundle, version)

    def _unknown(self, version: str) -> Refused:
        subject = f"version {shown(version)} of the templates"
        wanted = versions.parse(version)
        if wanted is not None and wanted > Version(self.newest):
            upgrade = "python -m pip install --upgrade scaffold-threads"
            return Refused(subject, f"is newer than this scaffold: upgrade it ({upgrade})")
        return Refused(subject, f"was never released: there are {', '.join(self.versions)}")


@cache
def _released(bundle: Path, version: str) -> Template:
    """A version, unpacked."""
    folder = Path(tempfile.mkdtemp(prefix="scaffold-templates-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # it stays unpacked as long as the process lasts
    with room_is_needed(folder):
        _unpack(bundle, version, folder)
    return Template(folder / version)


@cache
def _notes(bundle: Path, versions: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each version with what its release said; read from its commit."""
    if not versions:
        return ()
    with temporary_folder("scaffold-notes-") as folder:
        git("init", "--quiet", "--bare", ".", cwd=folder)
        tags = [f"refs/tags/{version}" for version in versions]
        git("fetch", "--quiet", str(bundle.absolute()), *(f"{tag}:{tag}" for tag in tags), cwd=folder)
        _, said = git("log", "--no-walk=unsorted", "--format=%s", *tags, cwd=folder)
    lines = said.decode("utf-8", "replace").splitlines()
    return tuple((version, line.removeprefix(f"{version}: ")) for version, line in zip(versions, lines, strict=True))


def _unpack(bundle: Path, version: str, folder: Path) -> None:
    git("init", "--quiet", "--bare", "repository", cwd=folder)
    repository = folder / "repository"
    git("fetch", "--quiet", str(bundle.absolute()), f"refs/tags/{version}:refs/tags/{version}", cwd=repository)
    _, archive = git("archive", "--format=tar", f"refs/tags/{version}", cwd=repository)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        if hasattr(tarfile, "data_filter"):  # from 3.12 on, and in later patch releases of older ones
            tar.extractall(folder / version, filter="data")
        else:
            tar.extractall(folder / version)  # noqa: S202  # our own archive
