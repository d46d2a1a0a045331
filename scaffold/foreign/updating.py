"""An untrusted template rendered in two versions for one project: what was generated, and what would be now.

What becomes of the difference is not decided here (life/merging.py): this has the renderings made, confined like any
other, and lets a trusted template's migrations work on a copy of the project in between.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from scaffold.errors import TemplateFault
from scaffold.foreign import tree
from scaffold.foreign.confined import Job, run
from scaffold.foreign.external import lent
from scaffold.foreign.questions import Ask, asking, refuse_unknown
from scaffold.foreign.repository import make_repository, replace_files
from scaffold.foreign.template import Rendered, output_folder, read_result
from scaffold.foreign.trust import joined, require_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from scaffold.foreign.checkout import Limits
    from scaffold.foreign.template import UntrustedTemplate


@dataclass(frozen=True)
class Renderings:
    """A template's two versions, rendered for a project."""

    base: Rendered
    """The version on record, with the answers on record."""
    theirs: Rendered
    """The wanted one, with the answers of now."""
    left: frozenset[PurePosixPath]
    """Those of `theirs` that are not written where something is there already (`_skip_if_exists`)."""
    replaced: Mapping[str, object]
    """What now stands for each recorded answer that the wanted version does not take."""
    message: str = ""
    """What the template says to its user once all is written: untrusted."""


class Project(Protocol):
    """The project, as migrations get to see it."""

    def files(self, base: Rendered) -> Rendered:
        """All its files, before anything is merged."""

    def merge(self, renderings: Renderings, migrated: Rendered) -> Rendered:
        """Its files with what is new in the template, after the migrations of the first stage."""


@dataclass(frozen=True)
class Wish:
    """What is asked of an update."""

    answers_file: PurePosixPath
    record: bytes
    """The content of the answers file."""
    folder_name: str = "project"
    """What the project's folder is called; templates may use it."""
    project: Path | None = None
    """The project itself, of which the template may read what `_external_data` names."""
    data: Mapping[str, object] = field(default_factory=dict)
    """Answers that change."""
    secrets: Mapping[str, object] = field(default_factory=dict)
    """Answers that are on no record, since nobody may read them there."""
    ask: Ask | None = None
    """How to ask for answers to new questions; None takes their defaults."""
    trusted_digest: str | None = None
    """What the user trusts, or None; where both versions run things it is that of both."""
    say: Callable[[str], None] | None = None
    """Shows what the template says before, and what its commands print, as they do; None: nobody wants that."""


def render_both(
    old: UntrustedTemplate, new: UntrustedTemplate, wish: Wish, project: Project
) -> tuple[Renderings, Rendered | None]:
    """Render the version that a project records, and the one that it comes to.

    Args:
        old: The version that the project records; its `ref` is the recorded `_commit`.
        new: The version to come to, opened in the same place.
        wish: What is asked for.
        project: Is called upon only where migrations run.

    Returns:
        The renderings; and where migrations ran, all the project's files after them, already merged.

    Raises:
        TemplateNotTrusted: One of the two versions would run things, and `trusted_digest` is not their digest.
        TemplateFault: One of them does not render.
        Refused: An answer is missing, or one on record is refused by the wanted version.
    """
    trusted = require_trust(joined(old.actions, new.actions), wish.trusted_digest)
    refuse_unknown(wish.data, new.questions)
    both = _Both(old, new, wish, project, migrates=trusted and bool(new.actions.migrations))
    order = both.order()
    job = Job(place=new.place, order=order, trusted=trusted, limits=new.limits, places=new.config.places, say=wish.say)
    return both.finish(run(job, both.answering(asking(wish.ask))))


class _Both:
    """One update, in the folders of its place."""

    def __init__(
        self, old: UntrustedTemplate, new: UntrustedTemplate, wish: Wish, project: Project, *, migrates: bool
    ) -> None:
        self._old, self._new, self._wish, self._project = old, new, wish, project
        self._migrates = migrates
        self._out = output_folder(new.place, wish.folder_name)
        self._before = new.place.root / "before"
        self._copy = new.place.root / "migrated" / self._out.name
        self._known: Rendered | None = None
        self._others = Rendered({}, {}, (), {})
        self._room = new.limits

    def order(self) -> dict[str, Any]:
        """As scaffold/foreign/two_versions.py reads it."""
        version = self._new.version
        same = version["ref"] == self._old.version["ref"]
        if same and version["commit"] != self._old.version["commit"]:  # a branch has moved on
            version["ref"] = version["commit"]
        record = self._new.place.root / "record.yml"
        record.write_bytes(self._wish.record)
        return {
            "update": True,
            "versions": [self._old.version, version],
            "source": self._new.checkout.recorded,
            "out": str(self._out),
            "before": str(self._before),
            "project": str(self._copy),
            "record": str(record),
            "data": dict(self._wish.data),
            "secrets": dict(self._wish.secrets),
            "answers_file": str(self._wish.answers_file),
            "defaults": self._wish.ask is None,
            "asking": self._wish.ask is not None,
            "migrates": self._migrates,
            "external": {**lent(self._old.config, self._wish.project), **lent(self._new.config, self._wish.project)},
        }

    def answering(self, ask: Callable[[Mapping[str, Any]], object]) -> Callable[[Mapping[str, Any]], object]:
        """`ask`, which also does what is the parent's before the migrations of either stage."""

        def answer(message: Mapping[str, Any]) -> object:
            # A process that was not asked to migrate gets nothing of the project, whatever it says.
            stage = message.get("stage") if self._migrates else None
            if stage == "before":
                self._make_copy()
            elif stage == "after":
                self._merge_copy(message)
            else:
                return ask(message)
            return None

        return answer

    def finish(self, outcome: Mapping[str, Any]) -> tuple[Renderings, Rendered | None]:
        """What came out."""
        return self._renderings(outcome), None if self._known is None else self._migrated()

    def _renderings(self, outcome: Mapping[str, Any]) -> Renderings:
        try:
            left = frozenset(map(PurePosixPath, outcome.get("left", ())))
            replaced = dict(outcome.get("replaced", {}))
        except (TypeError, ValueError) as error:  # a process that was taken over
            raise TemplateFault("copier.yml", "made its process answer nonsense") from error
        base, theirs = (self._rendered(folder) for folder in (self._before, self._out))
        return Renderings(base, theirs, left, replaced, str(outcome.get("message", "")))

    def _rendered(self, folder: Path) -> Rendered:
        # A task may make a repository, which cannot be moved from here file by file.
        without = (".git",) if self._new.actions.listed() or self._old.actions.listed() else ()
        return Rendered.of(read_result(folder, self._new.limits, without=without))

    # --- migrations -------------------------------------------------------------------------------------------------

    def _make_copy(self) -> None:
        files = self._project.files(self._rendered(self._before))
        self._known = self._renderable(files)
        self._room = _with_room_for(files, self._new.limits)
        make_repository(self._copy, self._known)

    def _merge_copy(self, found: Mapping[str, Any]) -> None:
        merged = self._project.merge(self._renderings(found), self._migrated())
        self._known = self._renderable(merged)
        self._room = _with_room_for(merged, self._new.limits)
        replace_files(self._copy, self._known)

    def _migrated(self) -> Rendered:
        assert self._known is not None
        found = Rendered.of(read_result(self._copy, self._room, without=(".git",), known=self._known.files.keys()))
        return replace(found, files=found.files | self._others.files, modes=found.modes | self._others.modes)

    def _renderable(self, project: Rendered) -> Rendered:
        """Without what no template can render, and links, which are left as they are: what is read back is judged."""
        depth = self._new.limits.depth
        odd = {path for path, mode in project.modes.items() if stat.S_ISLNK(mode)}
        odd |= {path for path in project.files if tree.path_problem(path, depth=depth, rendered=True)}
        self._others = _part(project, odd)
        return _part(project, project.files.keys() - odd)


def _part(project: Rendered, paths: Collection[PurePosixPath]) -> Rendered:
    files = {path: content for path, content in project.files.items() if path in paths}
    return Rendered(files, {path: project.modes[path] for path in files}, (), {})


def _with_room_for(project: Rendered, limits: Limits) -> Limits:
    """The limits are for what a template makes, not for what is the user's already."""
    size = sum(map(len, project.files.values()))
    return replace(
        limits,
        files=limits.files + len(project.files),
        total_size=limits.total_size + size,
        file_size=limits.file_size + size,
    )
