"""What a foreign template asks: as it is written there, and at the moment of asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from scaffold.copierfmt.answers import WrongType, choices_of, type_of
from scaffold.errors import TemplateFault, UsageError, did_you_mean
from scaffold.text import clipped, escaped, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffold.copierfmt.value import Place
    from scaffold.foreign.config import Config

_NO_DEFAULT = object()
_MOST_LINES, _LONGEST_LINE = 200, 1_000  # of a question's text


@dataclass(frozen=True, kw_only=True)
class ForeignQuestion:
    """A question of a template as it is written there: every text may be a Jinja expression, and is untrusted."""

    name: str
    type: str
    help: str
    default: object
    """None where there is no default (and where it is null)."""
    required: bool
    """Whether there is no default."""
    choices: tuple[str, ...]
    """What is shown of each; empty, too, where an expression computes them."""
    when: str | bool
    multiselect: bool
    secret: bool
    placeholder: str
    validator: str


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A question at the moment of asking, rendered: every text is safe for a terminal."""

    name: str
    kind: Literal["text", "confirm", "select", "checkbox", "password"]
    message: str
    default: str | bool
    choices: tuple[PromptChoice, ...]
    multiline: bool
    placeholder: str
    problem: str
    """What was wrong with the answer before, or nothing."""


@dataclass(frozen=True)
class PromptChoice:
    """One possible answer. It is given by its number."""

    label: str
    number: int
    is_default: bool
    disabled: str
    """Why it cannot be chosen, or nothing."""
    value: object = None
    """What the template takes for it: untrusted."""


Ask = Callable[[Prompt], object]
"""Gets an answer from a person: text, True or False, the number of a choice, or a list of such numbers."""


def questions_of(config: Config) -> tuple[ForeignQuestion, ...]:
    """The questions of a copier.yml, in its order.

    Raises:
        TemplateFault: One cannot be read.
    """
    secret = {str(name) for name in config.values.get("_secret_questions", [])}
    return tuple(_question(name, spec, secret, config.places[name]) for name, spec in config.questions.items())


def refuse_unknown(data: Mapping[str, object], questions: Iterable[ForeignQuestion]) -> None:
    """Refuse an answer to what is not asked: most often it is misspelt.

    Raises:
        UsageError: There is one.
    """
    known = [question.name for question in questions]
    for name in data:
        if name not in known:
            raise UsageError(f"--data: the template asks no question {name!r}{did_you_mean(name, known)}")


def asking(ask: Ask | None) -> Callable[[Mapping[str, Any]], object]:
    """`ask`, for questions as they come from the process that renders."""

    def answer(message: Mapping[str, Any]) -> object:
        try:
            prompt = _prompt(message)
        except (KeyError, TypeError, ValueError, AttributeError) as error:  # a process that was taken over
            raise TemplateFault("copier.yml", "asks what is no question") from error
        assert ask is not None, "the process was told that nobody can be asked"
        return ask(prompt)

    return answer


def value_of(prompt: Prompt, answer: object) -> object:
    """What an answer to a question means to the template: in place of the numbers of choices their values."""
    values = {choice.number: choice.value for choice in prompt.choices}
    if prompt.kind == "checkbox" and isinstance(answer, list):
        return [values[number] for number in answer]
    return values[answer] if prompt.kind == "select" and isinstance(answer, int) else answer


def _question(name: str, spec: Mapping[str, Any], secret: Iterable[str], place: Place) -> ForeignQuestion:
    default = spec.get("default", _NO_DEFAULT)
    when = spec.get("when", True)
    try:
        choices = choices_of(spec.get("choices"))
    except WrongType as error:
        raise TemplateFault(place.path, f"question {name}: {error}", place.line) from error
    return ForeignQuestion(
        name=name,
        type=str(spec.get("type") or type_of(default)),
        help=str(spec.get("help", "")),
        default=None if default is _NO_DEFAULT else default,
        required=default is _NO_DEFAULT and when is not False,
        choices=tuple(str(choice.label) for choice in choices),
        when=when if isinstance(when, bool) else str(when),
        multiselect=spec.get("multiselect") is True,
        secret=spec.get("secret") is True or name in secret,
        placeholder=str(spec.get("placeholder", "")),
        validator=str(spec.get("validator", "")),
    )


def _text(message: str) -> str:
    """A question's text as its author broke it into lines and set them in."""
    first, *more = message.rstrip().expandtabs(4).split("\n")
    lines = [first.strip(), *more][:_MOST_LINES]
    return "\n".join(clipped(line.rstrip(), _LONGEST_LINE) for line in lines)


def _prompt(message: Mapping[str, Any]) -> Prompt:
    default = message["default"]
    return Prompt(
        name=one_line(message["name"]),
        kind=message["kind"],
        message=_text(str(message["message"])),
        default=default if isinstance(default, bool) else "\n".join(map(escaped, str(default).split("\n"))),
        choices=tuple(
            PromptChoice(one_line(label), number, is_default, one_line(disabled), value)
            for label, number, is_default, disabled, value in message["choices"]
        ),
        multiline=message["multiline"],
        placeholder=one_line(message["placeholder"]),
        problem=one_line(message["problem"]),
    )
