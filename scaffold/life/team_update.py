"""A team's template later on: bringing a project to another version of it.

Both versions are rendered in a confined process (foreign/updating.py), and what differs is merged as for the bundled
templates (life/merging.py).
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold import shell
from scaffold.conversation.custom import Replies, rounds
from scaffold.errors import Cancelled, UsageError
from scaffold.foreign import approvals
from scaffold.foreign.template import Rendered, UntrustedTemplate
from scaffold.foreign.trust import joined
from scaffold.foreign.updating import Wish, render_both
from scaffold.life import majors, origin
from scaffold.life.comparison import Permission
from scaffold.life.merging import Merging
from scaffold.life.rerendering import Rerendering
from scaffold.life.update import Step, Update
from scaffold.repositories.user import only_here
from scaffold.sources import resolve, tags
from scaffold.team import as_word, settle_trust
from scaffold.text import one_line
from scaffold.ui import Line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.workplace import Workplace
    from scaffold.life.generated import Piece
    from scaffold.life.texts import ConflictStyle
    from scaffold.sources.resolve import Offer, Source
    from scaffold.ui import Ui

    Versions = tuple[UntrustedTemplate, UntrustedTemplate]
    """That of the project, and the one to go to."""


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
    source: Source | None = None
    """Where the template is now; None for where the record says."""
    recopy: bool = False
    """Whether to begin anew: what the template made before does not count, and what differs is a conflict."""


def prepare(root: Path, piece: Piece, order: Order, ui: Ui) -> Update:
    """What has to change so that a piece is what another version of its template makes.

    Raises:
        ScaffoldError: A version cannot be had, is not trusted or does not render; an answer is missing; or the user
            cancels.
    """
    replies = Replies(ui)
    with rounds() as until_settled, _versions(piece, order) as (old, new, notes):
        if new.note:
            ui.note(new.note)
        if new.ref is None:
            raise UsageError(f"{piece.source} has no versions: commit and tag it, or give --to")
        if new.commit == old.commit and not (order.data or order.recopy) and new.recorded == piece.source:
            return Update(root, (Step(piece, new.ref, notes),), ())

        def merged(place: Workplace) -> Update:
            templates = UntrustedTemplate(old, place, name="old"), UntrustedTemplate(new, place)
            try:
                return _merged(root, piece, order, templates, replies)
            except Cancelled as error:
                raise error.resumed_by(_goes_on(root, piece, order, replies, templates)) from error

        update = until_settled(merged)
    (step,) = update.steps
    return replace(update, steps=(replace(step, notes=(*notes, *step.notes)),))


def _merged(root: Path, piece: Piece, order: Order, templates: Versions, replies: Replies) -> Update:
    """One round of all questions, and what follows from the answers.

    Raises:
        SteppedBack: The user wants to answer a question again.
    """
    new = templates[1].checkout
    merging = Merging(root, piece, new, order.style)
    replies.begin()
    wish = _wish(piece, order, templates, replies)
    if replies.secrets is None:
        replies.secrets = _secrets(piece, order, templates[0], wish, replies.ui)
    wish = replace(wish, secrets=replies.secrets)
    if wish.trusted_digest is not None:
        place = templates[1].place
        place.git_settings = only_here(piece.root, place.root)
    renderings, migrated = render_both(*templates, wish, merging)
    if order.recopy:
        renderings = replace(renderings, base=Rendered({}, {}, (), {}))
    update = merging.finish(renderings, migrated)
    asked = [question.name for question in templates[1].questions]
    tags.remember(new)
    assert new.ref is not None, "refused before"
    notes = [*_about_answers(piece, asked, merging.replaced)]
    if PurePosixPath(piece.answers_file) not in renderings.theirs.files:
        notes.append(f"{new.ref} writes no {piece.answers_file}: it is not on record, and no update can go on from it")
    step = Step(piece, new.ref, tuple(notes))
    return replace(update, steps=(step,), messages=tuple(filter(None, [renderings.message])))


def _goes_on(root: Path, piece: Piece, order: Order, replies: Replies, templates: Versions) -> str:
    """The command that goes on from what was answered; no secret stands on it."""
    named = {
        "--answers-file": piece.answers_file,
        "--to": order.to,
        "--source": None if order.source is None else order.source.recorded,
        "--trust": order.trust,
        "--accept-moved": order.accept_moved,
    }
    flags = {"--major": order.major, "--recopy": order.recopy, "--conflict=rej": order.style == "rej"}
    secret = {question.name for question in templates[1].questions if question.secret}
    data = {name: value for name, value in {**order.data, **replies.values}.items() if name not in secret}
    return shell.command(
        [
            *("scaffold", "update", shell.path_word(root)),
            *(word for flag, value in named.items() if value is not None for word in (flag, value)),
            *(flag for flag, given in flags.items() if given),
            *(word for name, value in data.items() for word in ("--data", f"{name}={as_word(value)}")),
        ]
    )


def _wish(piece: Piece, order: Order, templates: Versions, replies: Replies) -> Wish:
    ui, new = replies.ui, templates[1].checkout
    asks = ui.can_ask and not order.use_defaults
    actions = joined(*(template.actions for template in templates))
    digest = settle_trust(actions, new, ui, trust=order.trust)
    if templates[1].actions.listed():
        approvals.approve(templates[1].actions, new)  # a part of what was agreed to, by which a check goes later
    return Wish(
        PurePosixPath(piece.answers_file),
        piece.content,
        folder_name=piece.root.absolute().name,
        project=piece.root,
        data=order.data,
        ask=replies.answer if asks else None,
        trusted_digest=digest,
        say=replies.tell,
    )


def _secrets(piece: Piece, order: Order, old: UntrustedTemplate, wish: Wish, ui: Ui) -> dict[str, object]:
    """The secrets that the version on record asked for: read back from the project, else given or asked again."""
    secret = {q.name: q for q in old.questions if q.secret and q.name not in piece.recorded}
    if not secret:
        return {}
    permission = Permission(trust=old.actions.digest if wish.trusted_digest else None)
    found = Rerendering(piece, old.checkout, permission).secrets()
    known = dict(found.known) if found else {}
    for name, question in secret.items():
        if name in known:
            continue
        if name in order.data:
            known[name] = order.data[name]
        elif wish.ask is not None and question.when is True and not question.choices:
            known[name] = ui.line(Line(title=one_line(question.help or name), default="", secret=True))
    return known


def _about_answers(piece: Piece, asked: Collection[str], replaced: Mapping[str, object]) -> Iterator[str]:
    """What became of recorded answers that are not simply kept."""
    for name, value in piece.recorded.items():
        if name in replaced:
            now = replaced[name]
            yield f"{name}: {value!a} is no longer accepted; it is {now!a} now (--data {name}=… for another)"
        elif name not in asked and not name.startswith("_"):
            yield f"{name} is no longer asked; the answer was {value!a}"


@contextmanager
def _versions(piece: Piece, order: Order) -> Iterator[tuple[Checkout, Checkout, tuple[str, ...]]]:
    """The version that made the project, the one to go to, and what there is to say about it."""
    home = order.source or origin.source(piece)
    offered = resolve.offer(home) if order.to is None else resolve.Offer((), None, {})
    wanted, notes = _wanted(piece, order, offered)
    if order.recopy:
        known = wanted if order.to is not None or wanted in offered.releases else None
        with resolve.opened(replace(home, ref=known), accept_moved=order.accept_moved) as new:
            yield new, new, notes
        return
    with (
        origin.opened(piece, home, accept_moved=order.accept_moved) as old,
        _target(piece, order, replace(home, ref=wanted), offered, old) as new,
    ):
        yield old, new, notes


def _wanted(piece: Piece, order: Order, offered: Offer) -> tuple[str | None, tuple[str, ...]]:
    """The version to go to, None for a commit that has no release yet, and what there is to say about it.

    Raises:
        UsageError: It is another major version, which was not asked for.
    """
    remarks = tuple(text for text in (origin.remark(piece),) if text and order.source is None)
    if order.to is not None:
        majors.check_crossing(piece.version, order.to, allowed=order.major)
        return order.to, remarks
    if origin.newest_commit(piece, offered) is not None:
        return None, remarks
    goal = origin.goal(piece, offered, cross=order.major)
    newer = majors.newer_major(goal, offered.releases)
    return goal, (*remarks, majors.is_out(newer)) if newer else remarks


def _target(
    piece: Piece, order: Order, wanted: Source, offered: Offer, old: Checkout
) -> AbstractContextManager[Checkout]:
    """The version to go to: that of the record itself, unless its name is another commit now and is asked for anew."""
    is_same = wanted.ref == piece.version
    if is_same and (order.to is not None or offered.tags.get(piece.version, old.commit) == old.commit):
        return nullcontext(old)
    return resolve.opened(wanted, pinned=old.commit if is_same else None, accept_moved=order.accept_moved)
