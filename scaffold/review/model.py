"""A Python file for the rules: which values are threads and pools, as far as that is certain."""

from __future__ import annotations

import ast
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from scaffold.review.names import Names

if TYPE_CHECKING:
    from scaffold.review.scopes import Binding, Variable


class Kind(str, Enum):
    """What runs the work."""

    THREAD = "Thread"
    TIMER = "Timer"
    POOL = "ThreadPool"
    PROCESSES = "Pool"
    EXECUTOR = "ThreadPoolExecutor"
    PROCESS_EXECUTOR = "ProcessPoolExecutor"


THREADS: Final = frozenset({Kind.THREAD, Kind.TIMER})
POOLS: Final = frozenset({Kind.POOL, Kind.PROCESSES})
EXECUTORS: Final = frozenset({Kind.EXECUTOR, Kind.PROCESS_EXECUTOR})

_KINDS: Final = {
    "threading.Thread": Kind.THREAD,
    "threading.Timer": Kind.TIMER,
    "multiprocessing.dummy.Process": Kind.THREAD,
    "multiprocessing.pool.ThreadPool": Kind.POOL,
    "multiprocessing.dummy.Pool": Kind.POOL,
    "multiprocessing.Pool": Kind.PROCESSES,
    "multiprocessing.pool.Pool": Kind.PROCESSES,
    "concurrent.futures.ThreadPoolExecutor": Kind.EXECUTOR,
    "concurrent.futures.thread.ThreadPoolExecutor": Kind.EXECUTOR,
    "concurrent.futures.ProcessPoolExecutor": Kind.PROCESS_EXECUTOR,
    "concurrent.futures.process.ProcessPoolExecutor": Kind.PROCESS_EXECUTOR,
}


class Module(Names):
    """A file that was parsed."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        super().__init__(text, tree)
        self._known: dict[Variable, Kind | None] = {}
        self._bound_by: dict[ast.AST, set[str]] = {}

    @cached_property
    def thread_classes(self) -> dict[ast.ClassDef, Kind]:
        """The classes of this file that extend Thread or Timer."""
        found: dict[ast.ClassDef, Kind] = {}
        for _ in range(5):  # a class may stand above its base only where it is not run yet: few steps are enough
            before = len(found)
            for one in self.classes:
                kinds = [self._base_kind(base, found) for base in one.bases]
                kind = next((kind for kind in kinds if kind in THREADS), None)
                if kind is not None:
                    found.setdefault(one, kind)
            if len(found) == before:
                break
        return found

    def _base_kind(self, base: ast.expr, known: dict[ast.ClassDef, Kind]) -> Kind | None:
        own = self.class_named(base)
        return known.get(own) if own is not None else _KINDS.get(self.dotted(base))

    def makes(self, node: ast.AST) -> Kind | None:
        """The kind of thread or pool that a call makes; those of this file's own subclasses, too."""
        if not isinstance(node, ast.Call):
            return None
        own = self.class_named(node.func)
        return self.thread_classes.get(own) if own is not None else _KINDS.get(self.dotted(node.func))

    def kind(self, node: ast.AST) -> Kind | None:
        """What a value is, where it is certainly a thread or a pool."""
        if isinstance(node, ast.Call):
            is_entered = isinstance(node.func, ast.Attribute) and node.func.attr == "enter_context" and node.args
            return self.makes(node.args[0] if is_entered else node)
        variable = self.variable(node)
        return self._kind_of(variable) if variable is not None else None

    def _kind_of(self, variable: Variable) -> Kind | None:
        if variable not in self._known:
            self._known[variable] = None  # what depends on itself is not known
            kinds = {self._kind_bound(one) for one in self.bound(variable)}
            self._known[variable] = kinds.pop() if len(kinds) == 1 else None
        return self._known[variable]

    def _kind_bound(self, binding: Binding) -> Kind | None:
        node = binding.node
        if binding.how == "value":
            return self.kind(node) if isinstance(node, ast.Call) else None
        if binding.how == "parameter" and isinstance(node, ast.arg) and node.annotation is not None:
            return self._annotated(node.annotation)
        if binding.how == "item":
            return self.kind_of_items(node)
        return None

    def _annotated(self, annotation: ast.expr) -> Kind | None:
        own = self.class_named(annotation)
        return self.thread_classes.get(own) if own is not None else _KINDS.get(self.dotted(annotation))

    def kind_of_items(self, node: ast.AST) -> Kind | None:
        """What the items of a list are, where it was filled with threads."""
        if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            return self.makes(node.elt)
        if isinstance(node, (ast.List, ast.Tuple)):
            kinds = {self.makes(one) for one in node.elts}
            return kinds.pop() if len(kinds) == 1 else None
        variable = self.variable(node)
        return self._kind_in(variable) if variable is not None else None

    def _kind_in(self, variable: Variable) -> Kind | None:
        kinds: set[Kind | None] = set()
        for one in self.bound(variable):
            if isinstance(one.node, ast.List) and not one.node.elts:
                continue
            is_known = one.how == "value" and isinstance(one.node, (ast.List, ast.ListComp, ast.Tuple))
            kinds.add(self.kind_of_items(one.node) if is_known else None)
        for use in self.uses(variable):
            attribute = self._parents.get(use)
            call = self._parents.get(attribute) if isinstance(attribute, ast.Attribute) else None
            if isinstance(call, ast.Call) and isinstance(attribute, ast.Attribute) and attribute.attr == "append":
                kinds.add(self.kind(call.args[0]) if call.args and call.func is attribute else None)
        return kinds.pop() if len(kinds) == 1 else None

    # --- loops --------------------------------------------------------------------------------------------------------

    def is_given_work(self, loop: ast.AST, call: ast.Call) -> bool:
        """Whether a call is given something that the loop binds: else it only wants another thread, as tests do."""
        if loop not in self._bound_by:
            self._bound_by[loop] = _bound_by(loop)
        return not self._bound_by[loop].isdisjoint(_names(call))

    # --- all of them --------------------------------------------------------------------------------------------------

    @cached_property
    def made(self) -> list[tuple[ast.Call, Kind]]:
        """Every call that makes a thread or a pool."""
        return [(call, kind) for call in self.calls if (kind := self.makes(call)) is not None]

    @cached_property
    def asked(self) -> list[tuple[ast.Call, ast.expr, str, Kind]]:
        """Every call of a method of a thread or a pool: the call, the receiver, the method's name and the kind."""
        return [
            (call, call.func.value, call.func.attr, kind)
            for call in self.calls
            if isinstance(call.func, ast.Attribute) and (kind := self.kind(call.func.value)) is not None
        ]


def _bound_by(loop: ast.AST) -> set[str]:
    """The names that a loop or a comprehension goes through, and those that its body assigns from them."""
    if not isinstance(loop, (ast.For, ast.AsyncFor)):
        return {name for part in getattr(loop, "generators", ()) for name in _names(part.target)}
    names = _names(loop.target)
    for one in loop.body:
        if isinstance(one, ast.Assign) and not names.isdisjoint(_names(one.value)):
            names.update(name for target in one.targets for name in _names(target))
    return names


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
