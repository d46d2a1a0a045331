"""A team's template later on: bringing a project to another version of it, and comparing with what it generated.

Both versions are rendered in a confined process (foreign/updating.py), and what differs is merged as for the bundled
templates (life/merging.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold.answers import load_recorded_types
from scaffold.errors import NothingGenerated, UsageError
from scaffold.foreign import approvals
from scaffold.foreign.questions import asked_by
from scaffold.foreign.template import UntrustedTemplate
from scaffold.foreign.trust import TemplateNotTrusted, joined
from scaffold.foreign.updating import Wish, render_both
from scaffold.foreign.workplace import workplace
from scaffold.life import majors
from scaffold.life.merging import Merging
from scaffold.life.update import Step, Update
from scaffold.sources import resolve, tags
from scaffold.sources.errors import BadSource, UnknownTemplate
from scaffold.team import COMMIT_KEY, settle_trust, with_commit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from scaffold.foreign.checkout import Checkout
    from scaffold.life.generated import Piece
    from scaffold.life.merge import Tree
    from scaffold.life.texts import ConflictStyle
    from scaffold.sources.resolve import Source
    from scaffold.ui import Ui

_AFTER_A_RELEASE = re.compile(r"-\d+-g[0-9a-f]+$")
"""What git adds to a release's name for a commit after it: a description, by which a copy is not asked for it."""


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
    version, notes = _wanted(piece, order)
    wanted = _source(piece, version)
    with (
        workplace(renders=True) as place,
        _recorded_version(piece) as old,
        resolve.opened(wanted, accept_moved=order.accept_moved) as new,
    ):
        if new.note:
            ui.note(new.note)
        if new.ref is None:
            raise UsageError(f"{piece.source} has no versions: commit and tag it, or give --to")
        if new.commit == old.commit and not order.data:
            return Update(root, (Step(piece, new.ref, notes),), ())
        templates = UntrustedTemplate(old, place, name="old"), UntrustedTemplate(new, place)
        merging = Merging(root, piece, new, order.style)
        update = merging.finish(*render_both(*templates, _wish(piece, order, templates, new, ui), merging))
        asked = [question.name for question in templates[1].questions]
        tags.remember(new)
    return replace(update, steps=(Step(piece, new.ref, (*notes, *_about_answers(piece, asked, merging.replaced))),))


def _wish(
    piece: Piece, order: Order, templates: tuple[UntrustedTemplate, UntrustedTemplate], new: Checkout, ui: Ui
) -> Wish:
    asks = ui.can_ask and not order.use_defaults
    actions = joined(*(template.actions for template in templates))
    return Wish(
        PurePosixPath(piece.answers_file),
        piece.content,
        folder_name=piece.root.absolute().name,
        data=order.data,
        ask=asked_by(ui) if asks else None,
        trusted_digest=settle_trust(actions, new, ui, trust=order.trust),
    )


def _about_answers(piece: Piece, asked: Collection[str], replaced: Mapping[str, object]) -> Iterator[str]:
    """What became of recorded answers that are not simply kept."""
    for name, value in piece.recorded.items():
        if name in replaced:
            now = replaced[name]
            yield f"{name}: {value!a} is no longer offered; it is {now!a} now (--data {name}=… for another)"
        elif name not in asked and not name.startswith("_"):
            yield f"{name} is no longer asked; the answer was {value!a}"


def _wanted(piece: Piece, order: Order) -> tuple[str | None, tuple[str, ...]]:
    """The version to go to, None for the newest, and what there is to say about it.

    Raises:
        UsageError: It is another major version, which was not asked for.
    """
    if order.to is not None:
        majors.check_crossing(piece.version, order.to, allowed=order.major)
        return _name(piece) if order.to == piece.version else order.to, ()
    known = [] if order.major else releases(piece)
    newer = majors.newer_major(piece.version, known)
    if newer is None:
        return None, ()
    goal = majors.target(piece.version, known, cross=False)
    return _name(piece) if goal == piece.version else goal, (majors.is_out(newer),)


def _source(piece: Piece, version: str | None) -> Source:
    """Where its template is.

    Raises:
        NothingGenerated: It is not there any more.
    """
    try:
        return resolve.parse(f"{piece.source}@{version}" if version else piece.source)
    except (BadSource, UnknownTemplate) as error:
        raise NothingGenerated(piece.path, f"names a template that cannot be had: {error}") from error


def _recorded_version(piece: Piece) -> AbstractContextManager[Checkout]:
    """The version that the project was made by, held to the commit on record."""
    recorded = piece.recorded.get(COMMIT_KEY)
    commit = recorded if isinstance(recorded, str) else None
    return resolve.opened(_source(piece, _name(piece)), pinned=commit)


def _name(piece: Piece) -> str:
    """The name by which git finds the version on record."""
    commit = piece.recorded.get(COMMIT_KEY)
    return commit if isinstance(commit, str) and _AFTER_A_RELEASE.search(piece.version) else piece.version


def generated(piece: Piece) -> Tree:
    """What the template made of the recorded answers, once more.

    Raises:
        ScaffoldError: The version cannot be had, is not trusted or does not render.
    """
    with workplace(renders=True) as place, _recorded_version(piece) as checkout:
        template = UntrustedTemplate(checkout, place)
        actions = template.actions
        if actions.listed() and not approvals.is_approved(actions):
            raise TemplateNotTrusted(actions, None)
        asked = {question.name for question in template.questions}
        answers = load_recorded_types(piece.path)
        rendered = template.render(
            {name: value for name, value in answers.items() if name in asked},
            defaults=True,
            ask=None,
            trusted_digest=actions.digest if actions.listed() else None,
            folder_name=piece.root.absolute().name,
        )
        return piece.but_for_kept(with_commit(rendered.files, checkout))


def releases(piece: Piece) -> list[str]:
    """The releases of its template, the oldest first.

    Raises:
        Unreachable: The template cannot be read.
    """
    return tags.releases(resolve.versions(_source(piece, None)))[::-1]
