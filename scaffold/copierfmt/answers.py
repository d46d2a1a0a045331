"""The answers that a question takes: its choices, what its type makes of a value, and what counts as yes.

As Copier has it (copier/_user_data.py), but for what it changes without a word: that is refused here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from scaffold import yamlfile

if TYPE_CHECKING:
    from collections.abc import Callable

_YES: Final = frozenset({"y", "yes", "t", "true", "on"})
_NO: Final = frozenset({"n", "no", "f", "false", "off", "~", "null", "none", ""})


class WrongType(ValueError):
    """A value that a type does not take; its text says so of the value."""


@dataclass(frozen=True)
class Choice:
    """One of a question's choices as it is written: every text may be an expression."""

    label: Any
    value: Any
    validator: str
    """Comes to why it cannot be chosen; empty where it always can."""


def choices_of(choices: object) -> tuple[Choice, ...]:
    """What stands under `choices`; nothing where an expression computes them.

    Raises:
        WrongType: It is neither a list nor a mapping.
    """
    if isinstance(choices, Mapping):
        return tuple(_choice(label, value) for label, value in choices.items())
    if isinstance(choices, (list, tuple)):
        return tuple(_choice(*_pair(choice)) for choice in choices)
    if choices and not isinstance(choices, str):
        raise WrongType(f"the choices {choices!r} are neither a list nor a mapping")
    return ()


def _pair(choice: Any) -> tuple[Any, Any]:  # noqa: ANN401  # whatever YAML makes
    if isinstance(choice, (list, tuple)) and len(choice) == 2:
        return choice[0], choice[1]
    return choice, choice


def _choice(label: Any, value: Any) -> Choice:  # noqa: ANN401  # as above
    validator = ""
    if isinstance(value, Mapping) and "value" in value:
        validator, value = str(value.get("validator") or ""), value["value"]
    return Choice(label, label if value is None else value, validator)


def type_of(default: object) -> str:
    """The type of a question that names none."""
    name = type(default).__name__
    return name if name in ("bool", "float", "int", "str") else "yaml"


def cast(value: object, kind: str) -> Any:  # noqa: ANN401  # whatever the type makes
    """What a type makes of a value.

    Raises:
        WrongType: It does not take the value, or would change it without a word.
        KeyError: There is no such type.
    """
    convert = _CASTS[kind]
    if value is None and kind not in ("json", "yaml"):
        raise WrongType(f"is empty (null), and the type is {kind}")
    try:
        return convert(value)
    except WrongType:
        raise
    except (TypeError, ValueError, OverflowError):
        raise WrongType(f"{value!r} is not of type {kind}") from None


def is_yes(value: object) -> bool:
    """Whether a condition comes to yes, or a text is the answer yes.

    Raises:
        ValueError: It is neither a number nor a word for yes or no. Copier takes that for yes.
    """
    with suppress(TypeError, ValueError):
        return bool(float(value))  # type: ignore[arg-type]  # which is what is tried
    if not isinstance(value, str) or value.strip().lower() not in _YES | _NO:
        raise ValueError
    return value.strip().lower() in _YES


def holds(value: object) -> bool:
    """Whether Copier takes what a condition comes to for a yes."""
    try:
        return is_yes(value)
    except ValueError:
        return True


def from_yaml(text: str) -> Any:  # noqa: ANN401  # whatever YAML holds
    """What a text is as YAML.

    Raises:
        WrongType: It is not YAML.
    """
    try:
        return yamlfile.value(text)
    except yamlfile.YamlFault:
        raise WrongType(f"{text!r} is not YAML") from None


def items_of(text: str) -> list[object]:
    """The items of a list in YAML, each as it is written: `[3.10]` keeps its nought.

    Raises:
        WrongType: It is not a list in YAML.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        raise WrongType(f"{text!r} is not YAML") from None
    if not isinstance(node, yaml.SequenceNode):
        raise WrongType(f"{text!r} is not a list, and several choices can be taken")
    return [
        item.value if isinstance(item, yaml.ScalarNode) else text[item.start_mark.index : item.end_mark.index]
        for item in node.value
    ]


def _as_str(value: object) -> str:
    if not isinstance(value, (str, int, float)):
        raise TypeError
    return str(value)


def _as_int(value: Any) -> int:  # noqa: ANN401  # whatever int takes
    if isinstance(value, float) and value != int(value):
        raise ValueError
    return int(value)


def _as_json(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


def _as_yaml(value: object) -> object:
    return from_yaml(value) if isinstance(value, str) else value


_CASTS: Final[dict[str, Callable[[Any], Any]]] = {
    "bool": is_yes,
    "float": float,
    "int": _as_int,
    "json": _as_json,
    "path": str,
    "str": _as_str,
    "yaml": _as_yaml,
}
