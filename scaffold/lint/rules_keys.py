"""K: does Copier know the keys, and do they hold what it needs?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scaffold.errors import did_you_mean
from scaffold.lint.findings import Found, Severity, read_before, rule
from scaffold.lint.known import (
    COMMAND_LINE_ONLY,
    CONFIGURING,
    COPIER_SOURCE,
    ENVOPS,
    MIGRATION_KEYS,
    QUESTION_KEYS,
    QUESTION_TYPES,
    SETTINGS,
    TAKEN_NAMES,
    TASK_KEYS,
    UNDEFINED,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.copierfmt.value import Value
    from scaffold.lint.source import Source

_WORDS: Final = ["and", "else", "false", "False", "if", "in", "is", "none", "None", "not", "or", "true", "True"]
_SHAPES: Final = {str: "text", list: "a list", dict: "a mapping", bool: "true or false", int: "a number"}


@rule(
    "K001",
    Severity.ERROR,
    finds="a setting that Copier does not have",
    because="Copier ignores an unknown setting without a word, so that a misspelt one has no effect.",
    remedy="correct the name; a question must not begin with an underscore, and a holder of anchors is fine",
    url=CONFIGURING + "#available-settings",
)
def unknown_setting(source: Source) -> Iterator[Found]:
    """Keys with an underscore that are none of Copier's."""
    for name, (key, value) in source.settings.items():
        if name in COMMAND_LINE_ONLY:
            yield key.place, f"`{name}` is for the command line only; in copier.yml it has no effect"
        elif name not in SETTINGS and not source.config.is_anchor(key, value):
            yield key.place, f"there is no setting `{name}`{did_you_mean(name, SETTINGS)}"


@rule(
    "K002",
    Severity.ERROR,
    finds="a key of a question, task or migration that Copier does not have",
    because="Copier ignores an unknown key without a word, so that a misspelt one has no effect.",
    remedy="correct the name",
    url=CONFIGURING + "#advanced-prompt-formatting",
)
def unknown_key(source: Source) -> Iterator[Found]:
    """Misspelt keys inside questions, tasks and migrations."""
    for question in source.questions:
        yield from _strangers(question.spec, QUESTION_KEYS, f"question `{question.name}`")
    for setting, known in (("_tasks", TASK_KEYS), ("_migrations", MIGRATION_KEYS)):
        value = source.setting(setting)
        for item in (value.items if value else None) or ():
            yield from _strangers(item, known, f"an item of `{setting}`")


def _strangers(value: Value, known: Iterable[str], whose: str) -> Iterator[Found]:
    known = list(known)
    for name, (key, _) in (value.pairs or {}).items():
        if name not in known:
            yield key.place, f"{whose} has no key `{name}`{did_you_mean(name, known)}"


@rule(
    "K003",
    Severity.ERROR,
    finds="a setting with a value of the wrong kind",
    because="Copier stops, or takes a text for a list of its letters.",
    remedy="write the value in the shape that the documentation gives; put version numbers in quotes",
    url=CONFIGURING + "#available-settings",
)
def wrong_shape(source: Source) -> Iterator[Found]:
    """Settings whose YAML type Copier cannot use."""
    for name, (_, value) in source.settings.items():
        wanted = SETTINGS.get(name)
        if wanted and not isinstance(value.data, wanted) and not (name == "_templates_suffix" and value.data is None):
            yield value.place, f"`{name}` has to be {_SHAPES[wanted]}, and is {_kind(value)}"
    yield from read_before("K003")(source)
    envops = source.setting("_envops")
    for name, (key, value) in ((envops.pairs if envops else None) or {}).items():
        wanted = ENVOPS.get(name)
        if wanted is None:
            yield key.place, f"Jinja has no option `{name}`{did_you_mean(name, ENVOPS)}"
        elif not isinstance(value.data, wanted) and value.data is not None:
            yield value.place, f"`{name}` has to be {_SHAPES[wanted]}, and is {_kind(value)}"
        elif name == "undefined" and value.data not in UNDEFINED:
            yield value.place, f"`undefined` is {' or '.join(UNDEFINED)}"


def _kind(value: Value) -> str:
    if value.data is None:
        return "empty"
    named = _SHAPES.get(type(value.data))
    return f"the number {value.data}" if isinstance(value.data, float) else named or type(value.data).__name__


@rule(
    "K004",
    Severity.ERROR,
    finds="a type of question that Copier does not have",
    because="Copier stops at the question.",
    remedy=f"take one of {', '.join(QUESTION_TYPES)}",
    url=CONFIGURING + "#advanced-prompt-formatting",
)
def unknown_type(source: Source) -> Iterator[Found]:
    """`type:` with a word that is no type."""
    aliases = {"string": "str", "boolean": "bool", "integer": "int", "number": "float", "text": "str"}
    for question in source.questions:
        value = question.get("type")
        if value is not None and value.data not in QUESTION_TYPES and "{" not in value.text:
            near = aliases.get(value.text.lower())
            hint = f"; did you mean {near!r}?" if near else did_you_mean(value.text, QUESTION_TYPES)
            yield value.place, f"question `{question.name}` has the type {value.text!r}, which is none{hint}"


@rule(
    "K005",
    Severity.ERROR,
    finds="a question whose name no template can use",
    because="Jinja reads `my-name` as a subtraction; `now` and `make_secret` are Copier's; YAML reads `on` as true.",
    remedy="take letters, digits and underscores, a letter first",
    url=COPIER_SOURCE + "_user_data.py",
)
def unusable_name(source: Source) -> Iterator[Found]:
    """Names that are no identifier, or taken."""
    for question in source.questions:
        if question.name in TAKEN_NAMES:
            yield question.key.place, f"`{question.name}` is a function of Copier's, which refuses such a question"
        elif not isinstance(question.key.data, str):
            yield question.key.place, f"YAML reads the name `{question.name}` as {question.key.data!r}"
        elif not question.name.isidentifier() or question.name in _WORDS:
            yield question.key.place, f"`{question.name}` is no name that Jinja can look up"


RULES: Final = (unknown_setting, unknown_key, wrong_shape, unknown_type, unusable_name)
