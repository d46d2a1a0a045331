"""The answers to try for one question: its choices, yes and no, the numbers at its bounds, and awkward text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scaffold.copierfmt.answers import choices_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AWKWARD = 'It\'s "quoted" \\ ünïcode 雪'
"""Free text that breaks what is not escaped: both quotes, a backslash, letters beyond ASCII."""


class _Computed:
    """The one value of its kind."""

    def __repr__(self) -> str:
        return "the computed default"


COMPUTED: Final = _Computed()
"""The answer is left out: the template computes its default from the answers before it."""

_STEPS = (2, 10, 100, 1_000, 10_000, 100_000)  # numbers between which a validator's bound is looked for


@dataclass(frozen=True)
class Choices:
    """The choices of a question, and the conditions under which some of them are disabled."""

    validators: tuple[tuple[Any, str], ...] = ()

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Choices:
        """Those of a question as copier.yml has it."""
        found = choices_of(spec.get("choices"))
        return cls(tuple((choice.value, choice.validator) for choice in found if choice.validator))

    def validator(self, value: object) -> str:
        """A text that renders to why the choice is disabled; empty where it never is."""
        return next((text for choice, text in self.validators if choice == value), "")


def is_computed(default: object) -> bool:
    """Whether a default is an expression."""
    return isinstance(default, str) and "{" in default


def values_of(spec: Mapping[str, Any], takes: Callable[[Any], bool]) -> tuple[Any, ...]:
    """The answers to try for a question; none where only its default can be tried.

    Args:
        spec: The question as copier.yml has it.
        takes: Whether its validator takes an answer.
    """
    kind, default, choices = (
        spec.get("type", "yaml"),
        spec.get("default"),
        [choice.value for choice in choices_of(spec.get("choices"))],
    )
    computed = [COMPUTED] if is_computed(default) else []
    if spec.get("choices"):
        if spec.get("multiselect"):
            return tuple(filter(takes, _unlike([[], choices, *([value] for value in choices)] if choices else [])))
        return (*filter(takes, choices), *computed)
    if kind == "bool":
        return (True, False, *computed)
    if kind in {"int", "float"}:
        numbers = [default] if isinstance(default, (int, float)) else []
        return (*computed, *_numbers(numbers, takes, bounded=bool(spec.get("validator"))))
    if kind == "str" and not spec.get("secret"):
        plain = [default] if isinstance(default, str) and not computed else []
        return (*computed, *filter(takes, _unlike([*plain, AWKWARD])))
    return ()


def _numbers(defaults: list[Any], takes: Callable[[Any], bool], *, bounded: bool) -> list[Any]:
    """The default, and the smallest and largest that the validator takes; without one, those around zero."""
    near = [near for default in defaults for near in (default, default - 1, default + 1)]
    if not bounded:
        return _unlike([*defaults, 0, 1, -1, *near[2:]])
    tried = sorted({*near, 0, 1, -1, *_STEPS, *(-step for step in _STEPS)})
    taken = [number for number in tried if takes(number)]
    if not taken:
        return []
    first, last = tried.index(taken[0]), tried.index(taken[-1])
    lowest = [_bound(taken[0], tried[first - 1], takes)] if first else []
    highest = [_bound(taken[-1], tried[last + 1], takes)] if last + 1 < len(tried) else []
    return _unlike([*filter(takes, defaults), *lowest, *highest] or taken[:1])


def _bound(taken: Any, refused: Any, takes: Callable[[Any], bool]) -> Any:  # noqa: ANN401  # int or float
    """The whole number next to a refused one: the last that is taken on the way there."""
    while abs(refused - taken) > 1:
        middle = int((taken + refused) // 2)
        taken, refused = (middle, refused) if takes(middle) else (taken, middle)
    return taken


def _unlike(values: list[Any]) -> list[Any]:
    """Each once; True is not 1 here."""
    return list({repr(value): value for value in values}.values())
