"""A project of the user's as a repository of our own, in which a trusted template's migrations work."""

from __future__ import annotations

import shutil
import stat
from typing import TYPE_CHECKING

from scaffold.git import git

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.foreign.template import Rendered


def make_repository(root: Path, files: Rendered) -> None:
    """Write the files to the new folder `root` and commit them, to a repository around it.

    Raises:
        GitFailed: Git refused one of them.
    """
    _write(root, files)
    around = root.parent
    git("init", "--quiet", cwd=around)
    git("add", "--all", "--force", cwd=around)
    git("commit", "--quiet", "--no-verify", "--message", "before the update", cwd=around)


def replace_files(root: Path, files: Rendered) -> None:
    """Have these files in the folder, and no others; the repository around it stays as it is."""
    shutil.rmtree(root)
    _write(root, files)


def _write(root: Path, files: Rendered) -> None:
    root.mkdir(parents=True)
    for path, content in files.files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(stat.S_IMODE(files.modes.get(path, 0o644)) | stat.S_IRUSR | stat.S_IWUSR)
