"""A project of the user's as a repository of our own, in which an update can be tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.git import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path, PurePosixPath


def make_repository(root: Path, files: Mapping[PurePosixPath, bytes], executable: frozenset[PurePosixPath]) -> None:
    """Write the files to the new folder `root` and commit them, to a repository around it.

    Around it, since Copier renders the old version for comparison into a folder that it names after this one's place
    in the repository: `_folder_name` is then the same everywhere.

    Raises:
        GitFailed: Git refused one of them.
    """
    root.mkdir(parents=True)
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if path in executable else 0o644)
    around = root.parent
    git("init", "--quiet", cwd=around)
    git("add", "--all", "--force", cwd=around)
    git("commit", "--quiet", "--no-verify", "--message", "before the update", cwd=around)
