"""Y: does YAML read what is meant?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

from scaffold.lint.findings import Found, Severity, rule
from scaffold.lint.known import CONFIGURING, YAML_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.copierfmt.value import Value
    from scaffold.lint.question import Question
    from scaffold.lint.source import Source

_WORDS = re.compile(r"(?i)(?:y|yes|n|no|on|off)\Z")


@rule(
    "Y001",
    Severity.WARNING,
    finds="a question without a type, whose answers are read as YAML",
    because="With no type, and no default that shows it, an answer is read as YAML: 1.10 is 1.1, no is false.",
    remedy="say `type: str`, or whichever is meant; `type: yaml` if it is YAML",
    url=CONFIGURING + "#advanced-prompt-formatting",
)
def no_type(source: Source) -> Iterator[Found]:
    """Questions that become YAML because nothing says what they are."""
    for question in source.questions:
        if question.spec.pairs is not None and "type" not in question.spec.pairs and not question.is_hidden:
            default, choices = question.get("default"), question.get("choices")
            means_yaml = default is not None and not default.is_scalar
            only_words = choices is not None and all(_is_word(value) for value in _scalars(choices, is_choices=True))
            if question.type == "yaml" and not means_yaml and not only_words:
                yield question.key.place, f"question `{question.name}` has no type, so that its answer is read as YAML"


@rule(
    "Y002",
    Severity.WARNING,
    finds="a number or date that YAML does not keep as it is written",
    because="Without quotes 3.10 is 3.1, 010 is 8, 12:30 is 750 and 2024-01-31 is no text.",
    remedy="put it in quotes",
    url=YAML_TYPES + "float.html",
)
def changed_number(source: Source) -> Iterator[Found]:
    """Defaults and choices that change in YAML."""
    for question, value in _answers(source):
        numeric = _declared(question) in ("int", "float") and not re.match(r"[-+]?0[0-9]|.*:", value.text)
        is_word = isinstance(value.data, (str, bool)) or value.data is None
        if not value.style and not is_word and not numeric and str(value.data) != value.text:
            yield value.place, f"question `{question.name}`: YAML reads {value.text} as {value.data}"


@rule(
    "Y003",
    Severity.WARNING,
    finds="yes, no, on or off, which YAML reads as true or false",
    because="Without quotes the country code no is false: the answer becomes `True` or `False`.",
    remedy="put it in quotes, or say `type: bool` if a yes or no is meant",
    url=YAML_TYPES + "bool.html",
)
def word_for_bool(source: Source) -> Iterator[Found]:
    """Words for true and false where the question is about something else, or does not say."""
    for question, value in _answers(source):
        declared = _declared(question)
        if value.style or not isinstance(value.data, bool) or declared == "bool":
            continue
        if _WORDS.match(value.text) or declared in ("str", "path"):
            yield value.place, f"question `{question.name}`: YAML reads {value.text} as {str(value.data).lower()}"


def _is_word(value: Value) -> bool:
    """Text that YAML would read as the same text once more."""
    text = value.data
    is_plain = isinstance(text, str) and re.fullmatch(r"[A-Za-z][\w .+/-]*", text)
    return bool(is_plain) and yaml.safe_load(str(text)) == text


def _declared(question: Question) -> str | None:
    given = question.get("type")
    return given.text if given is not None else None


def _answers(source: Source) -> Iterator[tuple[Question, Value]]:
    """Every scalar that is a default or the value of a choice."""
    for question in source.questions:
        for key in ("default", "choices"):
            value = question.get(key)
            if value is not None:
                yield from ((question, scalar) for scalar in _scalars(value, is_choices=key == "choices"))


def _scalars(value: Value, *, is_choices: bool) -> Iterator[Value]:
    if value.is_scalar:
        yield value
    for item in value.items or ():
        is_pair = is_choices and item.items is not None and len(item.items) == 2
        yield from _scalars(item.items[1] if is_pair and item.items else item, is_choices=False)
    if is_choices:
        for _, chosen in (value.pairs or {}).values():
            yield from _scalars(chosen.get("value") or chosen, is_choices=False)


RULES: Final = (no_type, changed_number, word_for_bool)
