"""A project from a team's own template: whose questions are asked, in which order, and who answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold import answersfile, shell
from scaffold.answers import Unasked, from_folder, from_git, load_given, unknown_question
from scaffold.conversation.custom import Replies, review, rounds
from scaffold.errors import Cancelled, Refused, UsageError, did_you_mean
from scaffold.foreign import approvals
from scaffold.foreign.template import UntrustedTemplate
from scaffold.foreign.trust import TemplateNotTrusted
from scaffold.plan import Plan, check_destination
from scaffold.project import TeamProject, recommendation_for
from scaffold.questions import (
    ADVICE_QUESTIONS,
    DESIGN_QUESTION,
    Answers,
    complete_follow_ups,
    complete_workload,
    is_relevant,
)
from scaffold.repositories.user import only_here
from scaffold.sources import resolve
from scaffold.sources.tags import by_version
from scaffold.text import escaped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.questions import ForeignQuestion
    from scaffold.foreign.trust import Actions
    from scaffold.questions import Value
    from scaffold.recommend import Recommendation
    from scaffold.sources.locate import Located
    from scaffold.ui import Ui

_ADVICE = {question.name: question for question in (*ADVICE_QUESTIONS, DESIGN_QUESTION)}
_WORDS = ("str", "int", "float", "bool", "path")  # types whose answers are one word: it is handed over as it was typed


@dataclass(frozen=True, kw_only=True)
class Order:
    """All that the command line says about a project from a team's template."""

    located: Located
    dest: Path
    given: Answers
    """What the flags say, of the work and of the project."""
    data: Mapping[str, str]
    """Answers to the template's own questions."""
    file: Path | None
    """A file of answers."""
    record: str | None
    """The file to record the answers in; None where the template says so."""
    use_defaults: bool
    trust: str | None
    accept_moved: str | None
    words: Sequence[str] = ()
    """What else was on the command line, for the command that goes on."""
    command: str = "new"
    """Which command it is."""
    with_tasks: bool = True
    """Whether the template's tasks run."""


def prepare(order: Order, ui: Ui) -> TeamProject:
    """Fetch the template, collect the answers and render.

    Raises:
        ScaffoldError: The source, the version, an answer or the destination cannot be used; the template is not trusted
            or does not render; the user cancels.
    """
    check_destination(order.dest)
    located = order.located
    replies = Replies(ui)
    with (
        rounds() as until_settled,
        resolve.opened(located.source, pinned=located.pinned, accept_moved=order.accept_moved) as checkout,
    ):
        if checkout.note:
            ui.note(checkout.note)
        return until_settled(lambda place: _prepared(order, ui, UntrustedTemplate(checkout, place), replies))


def _prepared(order: Order, ui: Ui, template: UntrustedTemplate, replies: Replies) -> TeamProject:
    """One round of all questions, the rendering, and a look at it.

    Raises:
        SteppedBack: The user wants to answer a question again.
    """
    checkout = template.checkout
    said = _Said(order, frozenset(question.name for question in template.questions if question.secret), replies)
    asks = ui.can_ask and not order.use_defaults
    try:
        actions = template.actions if order.with_tasks else template.actions.without_commands()
        digest = settle_trust(actions, checkout, ui, trust=order.trust)
        if digest is not None:
            template.place.git_settings = only_here(order.dest, template.place.root)
        data, recommendation = _answers(template.questions, said, ui, replies)
        replies.begin()
        rendered = template.render(
            data,
            defaults=order.use_defaults,
            ask=replies.answer if asks else None,
            trusted_digest=digest,
            suggested={**_surroundings(template.questions, order.dest), **order.located.defaults},
            folder_name=order.dest.absolute().name,
            answers_file=order.record,
            with_tasks=order.with_tasks,
            project=order.dest,
            say=replies.tell,
        )
        files = with_commit(rendered.files, checkout)
        plan = Plan(order.dest, files, modes=rendered.modes, folders=rendered.folders)
        if asks and plan.is_fresh:
            review(ui, plan, replies)
    except Cancelled as error:
        raise error.resumed_by(said.command()) from error
    command = _command(order, checkout, rendered.answers, digest)
    return TeamProject(
        plan,
        rendered.answers,
        recommendation,
        shell.command(command),
        checkout,
        said.command(),
        message=rendered.message,
        repository=rendered.repository,
        reviewed=asks and plan.is_fresh,
    )


class _Said:
    """What is answered by now, for the command that goes on from there."""

    def __init__(self, order: Order, secret: Collection[str], replies: Replies) -> None:
        self.order, self._replies = order, replies
        self.work: Answers = {name: value for name, value in order.given.items() if name in _ADVICE}
        """About the work, with a design; nothing where that is not spoken of."""
        others = {name: value for name, value in order.given.items() if name not in _ADVICE}
        self.data: dict[str, object] = {**others, **order.data}
        """To the template's own questions, but for what a file says."""
        self._secret = secret

    def words(self) -> Iterator[str]:
        """The command line without answers about the work; no secret stands on it."""
        order = self.order
        yield from ("scaffold", order.command, shell.path_word(order.dest), *order.words, *_how(order))
        for name, value in {**self.data, **self._replies.values}.items():
            if name not in self._secret:
                yield from ("--data", f"{name}={as_word(value)}")

    def command(self) -> str:
        """All of it."""
        questions = (q for q in ADVICE_QUESTIONS if q.name in self.work and is_relevant(q, self.work))
        design = (DESIGN_QUESTION,) if "design" in self.work else ()
        about = (word for question in (*questions, *design) for word in question.as_flag(self.work[question.name]))
        return shell.command([*self.words(), *about])


def settle_trust(actions: Actions, checkout: Checkout, ui: Ui, *, trust: str | None) -> str | None:
    """The digest that the user agrees to; None where the template runs nothing.

    Raises:
        TemplateNotTrusted: They do not, or cannot be asked.
    """
    if not actions.listed():
        return None
    if trust == actions.digest or approvals.is_approved(actions):
        agreed = True
    elif trust is not None or not ui.can_ask:
        agreed = False
    else:
        version = f" at {escaped(checkout.ref)}" if checkout.ref else ""
        ui.show(f"\n{checkout.source}{version} runs on this machine, if you let it:")
        for kind, text in actions.listed():
            ui.show(f"  {kind:<15} {escaped(text)}")
        agreed = ui.confirm("Have you read it, and may it run these?")
    if not agreed:
        raise TemplateNotTrusted(actions, trust)
    approvals.approve(actions, checkout)
    return actions.digest


def _knows_ours(questions: Sequence[ForeignQuestion]) -> bool:
    """Whether the template was written with our questions in mind."""
    return any(question.name in ("shape", "design") for question in questions)


def _surroundings(questions: Sequence[ForeignQuestion], dest: Path) -> dict[str, Value]:
    """What the folder and git suggest, to a template that knows our questions."""
    return {**from_folder(dest), **from_git(dest)} if _knows_ours(questions) else {}


def _answers(
    questions: Sequence[ForeignQuestion], said: _Said, ui: Ui, replies: Replies
) -> tuple[dict[str, object], Recommendation | None]:
    """What is known before the template asks, and the recommendation where the work was spoken of.

    A template that asks for `shape` or `design` takes all our questions that it has; elsewhere a question that happens
    to have one of our names is its own.
    """
    order = said.order
    by_name = {question.name: question for question in questions}
    about_work = _knows_ours(questions)
    ours = {name: question for name, question in _ADVICE.items() if about_work or name not in by_name}
    file = dict(_from_file(order.file, by_name)) if order.file else {}
    data = {name: value for name, value in {**file, **order.given}.items() if name not in ours}
    for name in (name for name in data if name not in by_name):
        if name in order.given:
            near = did_you_mean(name, by_name)
            flag = f"--{name.replace('_', '-')}"
            raise UsageError(f"{flag}: the template asks no such question{near}; --data NAME=VALUE answers its own")
        assert order.file is not None
        raise unknown_question(order.file, name, by_name)
    said.work = {}
    said.data = {**{name: value for name, value in order.given.items() if name not in ours}, **order.data}
    work = {name: question.parse(file[name]) for name, question in ours.items() if name in file}
    work |= {name: value for name, value in order.given.items() if name in ours}
    if not work and not about_work:
        return data | dict(order.data), None
    if replies.advice is None:
        replies.advice = _advise(work, said, ui, follow_up=about_work)
    advice = said.work = replies.advice
    data |= {name: value for name, value in advice.items() if name in by_name and name in ours}
    return data | dict(order.data), recommendation_for(advice)


def _advise(given: Answers, said: _Said, ui: Ui, *, follow_up: bool) -> Answers:
    """The questions about the work, as without a template."""
    order = said.order
    if ui.can_ask and not order.use_defaults:
        from scaffold.conversation.making import ask_work  # few templates want it, and it takes a while

        return ask_work(ui, [*said.words()], given, with_design=True, follow_ups=follow_up)
    unasked = Unasked()
    workload = complete_workload(given, unasked)
    workload = complete_follow_ups(workload, unasked) if follow_up else workload
    if not order.use_defaults:
        unasked.refuse_missing(Refused)
    return workload


def _how(order: Order) -> Iterator[str]:
    """The flags that are no answers."""
    source, entry = order.located.source, order.located.entry
    name = source.recorded if entry is None else entry.name
    yield from ("--template", f"{name}@{source.ref}" if source.ref else name)
    flags = {
        "--answers": order.file,
        "--answers-file": order.record,
        "--trust": order.trust,
        "--accept-moved": order.accept_moved,
    }
    for flag, word in flags.items():
        if word is not None:
            yield from (flag, str(word))
    if order.use_defaults:
        yield "--defaults"


def _from_file(path: Path, questions: Mapping[str, ForeignQuestion]) -> Iterator[tuple[str, object]]:
    """A file's answers: words as they stand there, since questions know their types; structures with types."""
    given = load_given(path)
    for name, value in given.words.items():
        if name.startswith("_"):
            continue
        question = questions.get(name)
        as_word = question is None or question.multiselect or question.type in _WORDS
        yield name, value if as_word else given.typed.get(name, value)


def with_commit(files: Mapping[PurePosixPath, bytes], checkout: Checkout) -> dict[PurePosixPath, bytes]:
    """The files, with the commit's hash recorded beside the tag that Copier records (docs/adr/0009)."""
    return {path: _recorded(content, checkout) for path, content in files.items()}


def record_in(files: Mapping[PurePosixPath, bytes], checkout: Checkout) -> PurePosixPath | None:
    """The file in which a project of this template records its answers; None where it has none."""
    return next((path for path, content in files.items() if _is_record(content, checkout)), None)


def _is_record(content: bytes, checkout: Checkout) -> bool:
    return (answersfile.values(content) or {}).get(answersfile.SOURCE_KEY) == checkout.recorded


def _recorded(content: bytes, checkout: Checkout) -> bytes:
    """An answers file of this template with one more key; any other file as it is."""
    if checkout.commit is None or not _is_record(content, checkout):
        return content
    return answersfile.with_key(content, answersfile.COMMIT_KEY, checkout.commit)


def _command(order: Order, checkout: Checkout, answers: Mapping[str, object], digest: str | None) -> Iterator[str]:
    version = checkout.ref if by_version([checkout.ref or ""]) else checkout.commit
    yield from (
        "scaffold",
        "new",
        shell.path_word(order.dest),
        "--template",
        f"{checkout.source}@{version}" if version else checkout.source,
    )
    for name, value in answers.items():
        yield from ("--data", f"{name}={as_word(value)}")
    if order.record is not None:
        yield from ("--answers-file", order.record)
    if digest is not None:
        yield from ("--trust", digest)
    yield "--defaults"


def as_word(value: object) -> str:
    """An answer as `--data` takes it."""
    return value if isinstance(value, str) else json.dumps(value)
