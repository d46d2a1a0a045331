"""A team's template later on: bringing a project to another version of it, and comparing with what it generated.

Copier's own update does the merging, in a confined process and on a copy (foreign/updating.py); here, its result
becomes a plan like any other.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold import clone
from scaffold.errors import UsageError
from scaffold.foreign.questions import asked_by
from scaffold.foreign.template import UntrustedTemplate
from scaffold.foreign.trust import joined
from scaffold.foreign.updating import update
from scaffold.foreign.workplace import workplace
from scaffold.life import majors, origin
from scaffold.life.merge import Change, Outcome
from scaffold.life.update import Step, Update, read_tree
from scaffold.life.worktree import programs, tracked
from scaffold.sources import resolve, tags
from scaffold.team import settle_trust, with_commit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.updating import Updated
    from scaffold.life.generated import Piece
    from scaffold.life.merge import ConflictStyle, Tree
    from scaffold.sources.resolve import Offer
    from scaffold.ui import Ui


@dataclass(frozen=True, kw_only=True)
class Order:
    """All that the command line says about it."""

    to: str | None
    """The version, or None for the newest."""
    major: bool
    """Whether another major version is wanted, too."""
    data: Mapping[str, str]
    """Answers that are new or change."""
    style: ConflictStyle
    use_defaults: bool
    trust: str | None
    accept_moved: str | None


def prepare(root: Path, piece: Piece, order: Order, ui: Ui) -> Update:
    """What has to change so that a piece is what another version of its template makes.

    Raises:
        ScaffoldError: A version cannot be had, is not trusted or does not render; an answer is missing; or the user
            cancels.
    """
    offered = origin.offer(piece) if order.to is None else resolve.Offer((), None, {})
    wanted, notes = _wanted(piece, order, offered)
    with (
        origin.opened(piece, accept_moved=order.accept_moved) as old,
        _target(piece, order, offered, wanted, old) as new,
    ):
        if new.note:
            ui.note(new.note)
        if new.ref is None:
            raise UsageError(f"{piece.source} has no versions: commit and tag it, or give --to")
        if new.commit == old.commit and not order.data:
            return Update(root, (Step(piece, new.ref, notes),), ())
        before = read_tree(root, tracked(root))
        done = _updated(piece, before, old, new, order, ui)
        files = clone.with_record(with_commit(done.files, new), piece.kept)
        files |= {path: before[path] for path in piece.kept if path in before}
        tags.remember(new)
    changes = [
        _change(path, before.get(path), files.get(path), conflict=path in done.conflicts)
        for path in sorted(before.keys() | files.keys())
        if before.get(path) != files.get(path)
    ]
    seen = {PurePosixPath(piece.answers_file): piece.stamp}
    return Update(root, (Step(piece, new.ref, notes),), tuple(changes), done.executable, seen)


def _wanted(piece: Piece, order: Order, offered: Offer) -> tuple[str | None, tuple[str, ...]]:
    """The version to go to, None for a commit that has no release yet, and what there is to say about it.

    Raises:
        UsageError: It is another major version, which was not asked for.
    """
    remarks = tuple(text for text in (origin.remark(piece),) if text)
    if order.to is not None:
        majors.check_crossing(piece.version, order.to, allowed=order.major)
        return order.to, remarks
    if origin.newest_commit(piece, offered) is not None:
        return None, remarks
    goal = majors.target(piece.version, offered.releases, cross=order.major)
    newer = majors.newer_major(goal, offered.releases)
    return goal, (*remarks, majors.is_out(newer)) if newer else remarks


def _target(
    piece: Piece, order: Order, offered: Offer, wanted: str | None, old: Checkout
) -> AbstractContextManager[Checkout]:
    """The version to go to: that of the record itself, unless its name is another commit now and is asked for anew."""
    if wanted == piece.version and (order.to is not None or offered.tags.get(wanted, old.commit) == old.commit):
        return nullcontext(old)
    pinned = old.commit if wanted == piece.version else None
    return resolve.opened(origin.source(piece, wanted), pinned=pinned, accept_moved=order.accept_moved)


def _updated(  # noqa: PLR0913, PLR0917  # two versions, and all that is known of the project
    piece: Piece, before: Tree, old: Checkout, new: Checkout, order: Order, ui: Ui
) -> Updated:
    asks = ui.can_ask and not order.use_defaults
    with workplace(renders=True, with_git=True) as place:
        templates = UntrustedTemplate(old, place, name="old"), UntrustedTemplate(new, place)
        actions = joined(*(template.actions for template in templates))
        return update(
            *templates,
            before,
            PurePosixPath(piece.answers_file),
            conflict=order.style,
            trusted_digest=settle_trust(actions, new, ui, trust=order.trust),
            data=order.data,
            ask=asked_by(ui) if asks else None,
            executable=programs(piece.root, before),
            folder_name=piece.root.absolute().name,
        )


def _change(path: PurePosixPath, before: bytes | None, after: bytes | None, *, conflict: bool) -> Change:
    outcome = Outcome.NEW if before is None else Outcome.DELETED if after is None else Outcome.UPDATED
    return Change(path=path, outcome=Outcome.CONFLICT if conflict else outcome, before=before, after=after)
