"""Templates of other people, in real repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

ANSWERS = "{{ _copier_answers|to_nice_yaml -}}\n"
ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"

SMALL: Mapping[str, str] = {
    "copier.yml": "name:\n  type: str\n  default: thing\n  help: What is it called?\n",
    "README.md.jinja": "# {{ name }}\n",
    ANSWERS_FILE: ANSWERS,
}
"""A template with one question."""


SSH = '#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n'
"""A command for ssh to which every host is this one."""


def ssh_to_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git reach this machine by any host's name, as the user's own command for ssh."""
    (folder / "ssh.sh").write_text(SSH, encoding="utf-8")
    (folder / "ssh.sh").chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(folder / "ssh.sh"))


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files, each with its folders."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def commit(folder: Path, files: Mapping[str, str], tag: str | None = None) -> str:
    """Write and commit the files, in a repository that may be there already; the hash."""
    write(folder, files)
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", tag or "change")
    if tag is not None:
        git(folder, "tag", "--force", tag)
    return git(folder, "rev-parse", "HEAD").strip()
