"""Every use of threads in a file, with the workload that it looks like: a guess, where the rules are near certain."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold.review.findings import Advice
from scaffold.review.model import THREADS, Kind, Module
from scaffold.review.scopes import AnyFunction, Variable, nodes_run_by
from scaffold.workload import Bound, Shape, Volume, Workload

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAPPING = frozenset(("imap", "imap_unordered", "map", "map_async", "starmap", "starmap_async"))
_SUBMITTING = frozenset(("apply", "apply_async", "submit"))
_PROCESSES = frozenset((Kind.PROCESSES, Kind.PROCESS_EXECUTOR))


@dataclass(frozen=True)
class Site:
    """A place that makes a thread or a pool, or defines a class of threads."""

    path: str
    line: int
    column: int
    what: str
    looks_like: str
    advice: Advice


def sites_in(path: str, module: Module) -> Iterator[Site]:
    """In the order of the source; an instance of a class of the same file is that class's."""
    places: list[tuple[ast.AST, str, str, Workload]] = [
        (owner, f"class {owner.name}", *_subclass(module, owner)) for owner in module.thread_classes
    ]
    for call, kind in module.made:
        if module.class_named(call.func) is None:
            looks = _thread(module, call) if kind in THREADS else _pool(module, call, kind)
            places.append((call, kind.value, *looks))
    found = [
        Site(path, *module.position(node), what, looks_like, Advice(workload))
        for node, what, looks_like, workload in places
    ]
    yield from sorted(found, key=lambda site: (site.line, site.column))


def _subclass(module: Module, owner: ast.ClassDef) -> tuple[str, Workload]:
    run = module.method_named(owner, "run")
    if run is not None and _goes_round(run):
        return "a service: its run() goes round in a loop", _SERVICE
    return "a one-off task with state of its own", Workload(shape=Shape.ONE_OFF, state=True)


_SERVICE = Workload(shape=Shape.SERVICE, state=True, long_running=True)


def _thread(module: Module, call: ast.Call) -> tuple[str, Workload]:
    named = next((word.value for word in call.keywords if word.arg in {"target", "function"}), None)
    target = module.definition(named) if named is not None else None
    if target is not None and _goes_round(target):
        return f"a service: {target.name}() goes round in a loop", _SERVICE
    if module.loop(call) is not None:
        return "a few similar tasks without results", Workload(shape=Shape.MANY_SIMILAR)
    return "a one-off task", Workload(shape=Shape.ONE_OFF)


def _goes_round(function: AnyFunction) -> bool:
    return any(isinstance(node, ast.While) for node in nodes_run_by(function.body))


def _pool(module: Module, call: ast.Call, kind: Kind) -> tuple[str, Workload]:
    bound = Bound.CPU if kind in _PROCESSES else Bound.IO
    variable = _kept_as(module, call)
    asked = _asked(module, variable) if variable is not None else []
    tasks = {ast.dump(one.args[0]) for one, name in asked if name in _SUBMITTING and one.args}
    if any(name in _MAPPING for _, name in asked) or (
        len(tasks) == 1 and any(module.loop(one) is not None for one, _ in asked)
    ):
        many = Workload(shape=Shape.MANY_SIMILAR, results=True, volume=Volume.MANY, bound=bound)
        return "many similar tasks with results", many
    if len(asked) == 1 and len(tasks) == 1:
        return "one task with its result", Workload(shape=Shape.ONE_OFF, results=True, bound=bound)
    different = Workload(shape=Shape.HETEROGENEOUS, results=True, bound=bound)
    return "different tasks with results" if asked else "tasks that are not seen from here", different


def _kept_as(module: Module, call: ast.Call) -> Variable | None:
    parent = module.parent(call)
    if isinstance(parent, ast.withitem) and parent.optional_vars is not None:
        return module.variable(parent.optional_vars)
    if isinstance(parent, ast.Assign):
        return module.variable(parent.targets[0])
    return module.variable(parent.target) if isinstance(parent, (ast.AnnAssign, ast.NamedExpr)) else None


def _asked(module: Module, variable: Variable) -> list[tuple[ast.Call, str]]:
    """The calls that give a pool work."""
    found: list[tuple[ast.Call, str]] = []
    for use in module.uses(variable):
        attribute = module.parent(use)
        call = module.parent(attribute) if isinstance(attribute, ast.Attribute) else None
        if isinstance(call, ast.Call) and isinstance(attribute, ast.Attribute) and call.func is attribute:
            found += [(call, attribute.attr)] if attribute.attr in _MAPPING | _SUBMITTING else []
    return found
