"""From a workload to a recommendation: the design, the principles for and against it, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from scaffold.rules import CAUTIONS, RULES, Citation, Conditions, Rule
from scaffold.workload import Bound, Design, Shape, Volume, Workload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AXES: dict[str, tuple[object, ...]] = {
    "shape": tuple(Shape),
    "results": (True, False),
    "status": (True, False),
    "state": (True, False),
    "long_running": (True, False),
    "volume": tuple(Volume),
    "bound": tuple(Bound),
}
"""Every value of every axis: together the finite set of workloads."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Another answer on one axis, and the design that it would lead to."""

    axis: str
    value: object
    design: Design


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """What to build for a workload, and why.

    `design` is what will be built; `recommended` is what the rules say, and differs only where the user chose another.
    """

    workload: Workload
    design: Design
    recommended: Design
    rule: int
    decided_by: tuple[Citation, ...]
    overruled: tuple[Citation, ...]
    cautions: tuple[Citation, ...]
    would_change: tuple[Change, ...]


def all_workloads() -> Iterator[Workload]:
    """Every combination of the axes' values, each exactly once."""
    for values in product(*AXES.values()):
        axes: dict[str, Any] = dict(zip(AXES, values, strict=True))
        yield Workload(**axes)


def recommend(workload: Workload, design: Design | None = None) -> Recommendation:
    """Apply the rules to a workload; with `design`, say what speaks against that choice of the user's."""
    rule = _deciding(workload)
    chosen = design or rule.design
    decided_by: tuple[Citation, ...] = tuple(_applying(rule.decided_by, workload, rule.design))
    overruled: tuple[Citation, ...] = tuple(_applying(rule.overrules, workload, rule.design))
    if chosen is not rule.design:
        against = f"you chose {chosen.value}, the rules say {rule.design.value}"
        overruled = tuple(replace(citation, because=against) for citation in decided_by)
        decided_by = ()
    return Recommendation(
        workload=workload,
        design=chosen,
        recommended=rule.design,
        rule=rule.number,
        decided_by=decided_by,
        overruled=overruled,
        cautions=tuple(_applying(CAUTIONS, workload, chosen)),
        would_change=tuple(_changes(workload, rule.design)),
    )


def design_for(workload: Workload) -> Design:
    """The design that the rules say, without the reasons."""
    return _deciding(workload).design


def can_change_design(axis: str, known: dict[str, Any]) -> bool:
    """Whether an answer on `axis` can still change the design, whatever the axes not in `known` turn out to be."""
    open_axes = [name for name in AXES if name not in known and name not in (axis, "bound")]
    for values in product(*(AXES[name] for name in open_axes)):
        others = known | dict(zip(open_axes, values, strict=True))
        designs = {_deciding(Workload(**others | {axis: value})).design for value in AXES[axis]}
        if len(designs) > 1:
            return True
    return False


@cache  # there are finitely many workloads, and whoever asks what could still change looks at most of them
def _deciding(workload: Workload) -> Rule:
    return next(rule for rule in RULES if _meets(rule.when, workload, rule.design))


def _meets(when: Conditions, workload: Workload, design: Design) -> bool:
    of_design = {"design": design, "family": design.family}
    for axis, wanted in when.items():
        actual = of_design[axis] if axis in of_design else getattr(workload, axis)
        if actual not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            return False
    return True


def _applying(citations: Iterable[Citation], workload: Workload, design: Design) -> Iterator[Citation]:
    return (citation for citation in citations if _meets(citation.when, workload, design))


def _changes(workload: Workload, design: Design) -> Iterator[Change]:
    for field in fields(workload):
        for value in AXES[field.name]:
            changed: dict[str, Any] = {field.name: value}
            other = _deciding(replace(workload, **changed)).design
            if other is not design:
                yield Change(axis=field.name, value=value, design=other)
