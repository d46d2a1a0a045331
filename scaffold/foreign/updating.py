"""A project brought from one version of an untrusted template to another: by Copier's own update, confined like it."""

from __future__ import annotations

import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from scaffold.errors import TemplateFault
from scaffold.foreign import tree
from scaffold.foreign.confined import Job, run
from scaffold.foreign.questions import Ask, asking, refuse_unknown
from scaffold.foreign.repository import make_repository
from scaffold.foreign.template import output_folder, read_result
from scaffold.foreign.trust import joined, require_trust

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from scaffold.foreign.checkout import Limits
    from scaffold.foreign.template import UntrustedTemplate


@dataclass(frozen=True)
class Updated:
    """A project's files after an update."""

    files: dict[PurePosixPath, bytes]
    executable: frozenset[PurePosixPath]
    conflicts: tuple[PurePosixPath, ...]
    """Files with conflict markers, or the `.rej` files."""


def update(  # noqa: PLR0913  # each says something else about the one update
    old: UntrustedTemplate,
    new: UntrustedTemplate,
    project_files: Mapping[PurePosixPath, bytes],
    answers_file: PurePosixPath,
    *,
    conflict: Literal["inline", "rej"],
    trusted_digest: str | None,
    data: Mapping[str, object] | None = None,
    ask: Ask | None = None,
    executable: frozenset[PurePosixPath] = frozenset(),
    folder_name: str = "project",
) -> Updated:
    """Merge what changed in the template since the project's version into the project's files.

    Args:
        old: The version that the project records; its `ref` is the recorded `_commit`.
        new: The version to update to, opened in the same place, whose process may run git.
        project_files: The project's tracked files.
        answers_file: Which of them holds the answers.
        conflict: Conflict markers in the file, or a `.rej` file beside it.
        trusted_digest: What the user trusts, or None; where both versions run things it is that of both.
        data: Answers that change.
        ask: How to ask for answers to new questions; None takes their defaults.
        executable: Those of `project_files` that are programs.
        folder_name: What the project's folder is called; templates may use it.

    Raises:
        TemplateNotTrusted: One of the two versions would run things, and `trusted_digest` is not their digest.
        TemplateFault: One of them does not render, or they cannot be merged.
    """
    place, limits = new.place, new.limits
    trusted = require_trust(joined(old.actions, new.actions), trusted_digest)
    refuse_unknown(data or {}, new.questions)
    project = output_folder(place, folder_name)
    # What no template can render is left as it is: names that are refused below.
    ours = {p: c for p, c in project_files.items() if not tree.path_problem(p, depth=limits.depth, rendered=True)}
    roomy = _with_room_for(ours, limits)
    make_repository(project, ours, executable)
    version = new.version
    if version["ref"] == old.version["ref"] and version["commit"] != old.version["commit"]:  # a branch has moved on
        version["ref"] = version["commit"]
    order = {
        "update": True,
        "versions": [old.version, version],
        "source": new.checkout.source,
        "out": str(project),
        "data": dict(data or {}),
        "answers_file": str(answers_file),
        "defaults": ask is None,
        "asking": ask is not None,
        "conflict": conflict,
        "messages": False,
    }
    job = Job(place=place, order=order, trusted=trusted, limits=roomy, places=new.config.places)
    outcome = run(job, asking(ask))
    entries = [entry for entry in read_result(project, roomy, known=ours.keys()) if not entry.is_folder]
    if link := next((entry for entry in entries if entry.is_link), None):
        raise TemplateFault(str(link.path), "is a symbolic link; an update writes plain files only")
    files = {entry.path: entry.content for entry in entries}
    programs = frozenset(entry.path for entry in entries if entry.mode & stat.S_IXUSR)
    others = {path: content for path, content in project_files.items() if path not in ours}
    rejected = [path for path in files if path.suffix == ".rej" and path not in project_files]
    conflicts = {path for path in files if str(path) in outcome.get("conflicts", ())} | {*rejected}
    return Updated(files | others, programs | (executable & others.keys()), tuple(sorted(conflicts)))


def _with_room_for(files: Mapping[PurePosixPath, bytes], limits: Limits) -> Limits:
    """The limits are for what a template makes, not for what is the user's already.

    Copier writes the difference to the old version into one file, in which all other files of the user's are additions.
    """
    size = 2 * sum(map(len, files.values()))
    return replace(
        limits,
        files=limits.files + len(files),
        total_size=limits.total_size + size,
        file_size=limits.file_size + size,
    )
