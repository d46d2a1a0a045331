"""What a piece of generated code shall become: in another version of its template, or with other answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scaffold import naming, shell
from scaffold.answers import Unasked
from scaffold.computing import computing_of
from scaffold.errors import BadAnswer, UsageError
from scaffold.questions import DESIGN_QUESTION, SCOPE, workload_of
from scaffold.recommend import recommend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

    from scaffold.life.generated import Piece
    from scaffold.questions import Answers, Question, Value
    from scaffold.template import Template
    from scaffold.ui import Ui


@dataclass(frozen=True)
class Target:
    """What a piece of generated code shall become."""

    piece: Piece
    template: Template
    answers: Answers
    notes: tuple[str, ...] = ()

    @property
    def answers_file(self) -> str:
        """The record's name: that of a module follows the module's."""
        is_renamed = self.answers.get(SCOPE) == "module" and self.answers["module"] != self.piece.answers["module"]
        return self.template.answers_file(self.answers) if is_renamed else self.piece.answers_file

    def render(self) -> dict[PurePosixPath, bytes]:
        """All that is generated for it."""
        return self.piece.but_for_kept(self.template.render(self.answers, self.answers_file))


def to_version(piece: Piece, template: Template, given: Answers, ui: Ui, *, use_defaults: bool) -> Target:
    """The piece in another version of its template: its answers carried over, new questions asked.

    Raises:
        UsageError: A given answer is no new question's, or one is missing and nobody can be asked.
    """
    old = {name: piece.answers[name] for name in piece.recorded if name in piece.answers}
    kept, notes = _carry_over(old, template)
    gone = old.keys() - {question.name for question in template.questions}
    unasked = Unasked()
    for question in template.questions:
        known = {**old, **kept}
        if question.name in kept:
            if question.name in given:
                raise UsageError(f"{question.flag} is answered already: scaffold reanswer changes it")
        elif not template.is_relevant(question, known):
            continue
        elif question.name in given:
            kept[question.name] = given[question.name]
        elif heirs := template.default_needs(question) & gone:
            kept[question.name] = template.default(question, known)
            notes.append(f"{', '.join(sorted(heirs))} is called {question.name} now")
        elif ui.can_ask and not use_defaults:
            kept[question.name] = _ask(ui, template, question, known)
        else:
            kept[question.name] = unasked(_evaluated(template, question, known), known)
    if not use_defaults:
        unasked.refuse_missing()
    answers = template.complete(kept, {})
    return Target(
        piece,
        template,
        answers,
        (*notes, *_advice_now(answers, f"; {answers['design']} stays (scaffold reanswer changes it)")),
    )


def _carry_over(old: Answers, template: Template) -> tuple[dict[str, Value], list[str]]:
    """The answers that are still possible, and what to say about the others.

    Raises:
        UsageError: They are a module's, which this version cannot make.
    """
    questions = {question.name: question for question in template.questions}
    inherited = {name for question in template.questions for name in template.default_needs(question)}
    kept: dict[str, Value] = {}
    notes: list[str] = []
    for name, value in old.items():
        if name not in questions:
            if name not in inherited:
                notes.append(f"{name} is asked no more; the answer was {value!a}")
            continue
        try:
            kept[name] = questions[name].parse(value)
        except BadAnswer as error:
            notes.append(f"{error}, so it is asked anew")
    if SCOPE in questions:
        kept.setdefault(SCOPE, "project")  # versions before 1.2.0 knew nothing else
    elif old.get(SCOPE) == "module":
        raise UsageError(f"version {template.version} of the templates knows no modules: choose 1.2.0 or newer")
    return kept, notes


def to_answers(piece: Piece, given: Answers, ui: Ui) -> Target:
    """The piece in the same version with other answers: those given, or where there are none, as the user changes them.

    Raises:
        BadAnswer: The template refuses one.
        Cancelled: The user quits.
    """
    template = piece.template

    def changed(answers: Answers, new: Answers) -> dict[str, Value]:
        answers = _changed(template, answers, new)
        _check_names(piece.answers, answers)
        return answers

    answers = changed(piece.answers, given)
    if ui.can_ask and not given:
        from scaffold.conversation.reanswering import other_answers

        module = [] if piece.module is None else ["--module", piece.module]
        what = f"the project {piece.answers['name']}" if piece.module is None else f"the module {piece.module}"
        title = f"New answers for {what}?"
        command = ["scaffold", "reanswer", shell.path_word(piece.root), *module]
        answers = {**other_answers(ui, template, answers, changed, title=title, command=command)}
    notes = [*_computing_now(piece.answers, answers), *_advice_now(answers, _standing(piece.answers, answers))]
    return Target(piece, template, answers, tuple(notes))


def _check_names(before: Answers, answers: Answers) -> None:
    """Refuse a name that is new and cannot be a folder or a file on every system, or hides what is imported."""
    changed = [name for name in ("name", "package", "module") if answers.get(name) != before.get(name)]
    naming.check_portable(answers, [f"--{name}" for name in changed])
    naming.check_imports(answers)


def _changed(template: Template, answers: Answers, given: Answers) -> dict[str, Value]:
    """`answers` with those given; what was computed from another answer, such as the package's name, follows it."""
    before = {question.name: template.default(question, answers) for question in template.questions}
    following = {
        question.name
        for question in template.questions
        if template.default_needs(question)
        and question.name != DESIGN_QUESTION.name
        and answers.get(question.name) == before[question.name]
    }
    return template.complete(
        {name: value for name, value in answers.items() if name not in following} | dict(given), {}
    )


def _ask(ui: Ui, template: Template, question: Question, known: Answers) -> Value:
    from scaffold.conversation.review import change

    answer: Value = change(ui, template, question, known, back=False)
    return answer


def _evaluated(template: Template, question: Question, known: Answers) -> Question:
    """The question with the default that it has beside the answers before it."""
    return replace(question, default=template.default(question, known))


def _computing_now(before: Answers, answers: Answers) -> Iterator[str]:
    """Nobody gets threads for computing, or other workers than before, without being told."""
    computing = computing_of(answers)
    if computing and (computing.workers == "thread" or before.get("workers_kind") != computing.workers):
        yield computing.text


def _standing(before: Answers, answers: Answers) -> str:
    """What `reanswer` says of a design that the rules do not recommend."""
    design = answers["design"]
    return f"; {design} stays (--design changes it)" if design == before["design"] else f", not {design}"


def _advice_now(answers: Answers, standing: str) -> Iterator[str]:
    """A recorded design never changes by itself; but it is said where the rules are of another opinion."""
    advised = recommend(workload_of(answers)).design.value
    if advised != answers["design"]:
        yield f"the rules say {advised} for these answers{standing}"
