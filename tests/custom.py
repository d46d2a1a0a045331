"""Templates of a team's with several versions, and projects of theirs, made without running anything but git."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from harness import git, git_commit_all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
RECORD = ".copier-answers.yml"
QUESTION = "name: {type: str, default: shop}\n"


class Link(str):
    """A symbolic link, by what it names."""

    __slots__ = ()


class Program(str):
    """A file that can be run."""

    __slots__ = ()


def put(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files, links and programs; None removes what is there."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if isinstance(content, Link):
            path.symlink_to(str(content))
            continue
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o755 if isinstance(content, Program) else 0o644)


def release(template: Path, files: Mapping[str, str | bytes | None], tag: str) -> None:
    """Commit and tag a version that has these files, beside those that it has already."""
    if not template.exists():
        put(template, {"copier.yml": QUESTION, ANSWERS: "{{ _copier_answers|to_nice_yaml }}"})
    put(template, files)
    git_commit_all(template)
    git(template, "tag", tag)


def project_of(
    template: Path, project: Path, files: Mapping[str, str | bytes | None], *, tag: str = "v1.0.0", **answers: str
) -> None:
    """A project as that version makes it, committed: its files, and the record of its answers."""
    commit = git(template, "rev-parse", f"{tag}^{{commit}}").strip()
    record = {"_commit": tag, "_src_path": str(template), "name": "shop", **answers, "_scaffold_commit": commit}
    put(project, {**files, RECORD: "".join(f"{name}: {value}\n" for name, value in record.items())})
    git_commit_all(project)


def standing(project: Path) -> dict[str, tuple[str, bytes]]:
    """Every file, link and empty folder but git's own: what kind it is, and what it holds or names."""
    found = {}
    for path in sorted(project.rglob("*")):
        name = path.relative_to(project).as_posix()
        if f"{name}/".startswith(".git/"):
            continue
        if path.is_symlink():
            found[name] = ("link", os.fsencode(path.readlink()))
        elif path.is_dir():
            if not any(path.iterdir()):
                found[name] = ("folder", b"")
        else:
            found[name] = ("program" if path.stat().st_mode & 0o100 else "file", path.read_bytes())
    return found
