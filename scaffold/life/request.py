"""What a user asks of generated code: another version of its template, or other answers; and which way that goes.

What comes from the bundled templates is rendered here, what comes from a team's own template in a confined process
(life/team_update.py). Both are merged in the same way, and become one update.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scaffold.answers import read_answers
from scaffold.errors import Taken, UsageError
from scaffold.foreign.workplace import started_ahead
from scaffold.life.finding import pieces_of
from scaffold.life.history import history
from scaffold.life.targets import Target, to_answers, to_version
from scaffold.life.update import join, merge
from scaffold.life.worktree import check_clean
from scaffold.template import bundled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from scaffold.life.finding import Selection
    from scaffold.life.generated import Piece
    from scaffold.life.team_update import Order
    from scaffold.life.texts import ConflictStyle
    from scaffold.life.update import Update
    from scaffold.questions import Answers
    from scaffold.ui import Ui

_BY_DATA = "a team's template is answered by --data NAME=VALUE"


@dataclass(frozen=True, kw_only=True)
class Request(ABC):
    """All that the command line says about it."""

    wanted: Selection
    """What of the project."""
    given: Answers
    """Answers to questions of the bundled templates."""
    answers_file: Path | None
    """A file of more of those; `given` wins."""
    data: Mapping[str, str]
    """Answers to questions of a team's template."""
    style: ConflictStyle
    trust: str | None
    accept_moved: str | None
    allow_dirty: bool
    dry_run: bool

    @abstractmethod
    def check(self, pieces: Sequence[Piece]) -> None:
        """Raise UsageError where it does not fit what is there."""

    @abstractmethod
    def target(self, piece: Piece, ui: Ui) -> Target:
        """What a piece from the bundled templates shall become.

        Raises:
            ScaffoldError: An answer is missing or refused, a version cannot be had, or the user cancels.
        """

    @abstractmethod
    def order(self, piece: Piece) -> Order:
        """The same for a piece from a team's template.

        Raises:
            UsageError: It was answered as if it were a bundled one.
        """


@dataclass(frozen=True, kw_only=True)
class NewVersion(Request):
    """Another version of the template; the answers are kept, and new questions answered."""

    to: str | None
    """The version, or None for the newest."""
    major: bool
    """Whether another major version is wanted, too."""
    use_defaults: bool
    source: str | None = None
    """Where a team's template is now."""
    recopy: bool = False
    """Whether to begin anew where the version that made a project is gone."""

    def check(self, pieces: Sequence[Piece]) -> None:
        """As the base class says."""
        for flag, is_given in (("--source", self.source is not None), ("--recopy", self.recopy)):
            if is_given and len(pieces) > 1:
                raise UsageError(f"{flag} is for one template: choose it with --answers-file")
            if is_given and pieces[0].is_bundled:
                raise UsageError(f"{flag} is for a project of a team's template")

    def target(self, piece: Piece, ui: Ui) -> Target:
        """As the base class says."""
        template, notes = history().next_version(piece.template.version, self.to, cross=self.major)
        in_file = {} if self.answers_file is None else read_answers(self.answers_file, template.questions)
        new = {**{name: value for name, value in in_file.items() if name not in piece.recorded}, **self.given}
        target = to_version(piece, template, new, ui, use_defaults=self.use_defaults)
        return replace(target, notes=(*target.notes, *notes))

    def order(self, piece: Piece) -> Order:  # noqa: ARG002  # whichever it is
        """As the base class says."""
        if self.given:
            raise UsageError(_BY_DATA)
        order = _order(self, self.to, major=self.major, use_defaults=self.use_defaults)
        if self.source is None:
            return replace(order, recopy=self.recopy)
        from scaffold.sources.locate import locate

        found = locate(self.source).source
        if found.ref is not None and self.to is not None:
            raise UsageError("--source and --to both name a version: take one of them")
        return replace(order, source=replace(found, ref=None), to=found.ref or self.to, recopy=self.recopy)


@dataclass(frozen=True, kw_only=True)
class NewAnswers(Request):
    """Other answers, in the same version of the template."""

    rename: str | None = None
    """Another name for the module: of the one that is chosen, or else of the project's own."""

    def check(self, pieces: Sequence[Piece]) -> None:
        """As the base class says."""
        if self.rename is not None and not any(
            piece.is_bundled and piece.module == self.wanted.module for piece in pieces
        ):
            raise UsageError("--rename: the project has no module of its own: choose one with --module")

    def target(self, piece: Piece, ui: Ui) -> Target:
        """As the base class says."""
        in_file = {} if self.answers_file is None else read_answers(self.answers_file, bundled().all_questions)
        new = {**in_file, **self.given}
        if self.rename is not None and piece.module == self.wanted.module:
            new["module"] = self.rename
            _check_free(piece, self.rename)
        elif self.rename is not None and not new:
            return Target(piece, piece.template, piece.answers)
        if not new and not ui.can_ask:
            raise UsageError("no terminal to ask at: add the answers to change as flags, such as --workers 8")
        return to_answers(piece, new, ui)

    def order(self, piece: Piece) -> Order:
        """As the base class says."""
        if self.given or not self.data:
            raise UsageError(_BY_DATA)
        return _order(self, piece.version, major=False, use_defaults=True)


def prepare(root: Path, request: Request, ui: Ui) -> Update:
    """What has to change in a project.

    Raises:
        NothingGenerated: There is nothing of ours, or no such module.
        NotUndoable: Changes are not committed, and something is to be written.
        ScaffoldError: An answer is missing or refused, a version cannot be had, or the user cancels.
    """
    pieces = pieces_of(root, request.wanted)
    ours = [piece for piece in pieces if piece.is_bundled]
    theirs = [piece for piece in pieces if not piece.is_bundled]
    request.check(pieces)
    if request.data and not theirs:
        raise UsageError("--data answers a team's template: for those of scaffold each question is a flag")
    with started_ahead(trusted=request.trust is not None) if theirs else nullcontext():
        if not request.dry_run and not request.allow_dirty:
            check_clean(root, ())  # before anybody answers questions in vain
        updates = [merge(root, [request.target(piece, ui) for piece in ours], request.style)] if ours else []
        if theirs:
            from scaffold.life import team_update  # its import takes longer than all else here

            updates += [team_update.prepare(root, piece, request.order(piece), ui) for piece in theirs]
    return join(root, updates)


def _check_free(piece: Piece, module: str) -> None:
    """Raise Taken where a file is in the way of a module's new name."""
    if module == piece.answers["module"]:
        return
    answers = {**piece.answers, "module": module}
    for path in piece.template.sources(answers).keys() - piece.template.sources(piece.answers).keys():
        if os.path.lexists(piece.root / path):
            raise Taken("--rename", module, f"would need {path}, which is there already: take another name")


def _order(request: Request, to: str | None, *, major: bool, use_defaults: bool) -> Order:
    from scaffold.life.team_update import Order

    return Order(
        to=to,
        major=major,
        data=request.data,
        style=request.style,
        use_defaults=use_defaults,
        trust=request.trust,
        accept_moved=request.accept_moved,
    )
