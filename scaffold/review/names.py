"""A Python file's tree, with the scopes of its names: what each stands for, and where it is read.

Nothing is imported and nothing is run. What could be two things is taken for neither.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from scaffold.review.scopes import (
    AnyFunction,
    Binding,
    Function,
    Scope,
    Variable,
    bind,
    enclosing,
    evaluated_outside,
    is_none,
    run_again,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Names:
    """The tree of a file, and its names."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.lines: Sequence[str] = _LINE_END.split(text)
        self.tree = tree
        self.top = Scope(tree, None)
        self.calls: list[ast.Call] = []
        self.classes: list[ast.ClassDef] = []
        self.functions: list[AnyFunction] = []
        self.statements: list[ast.stmt] = []
        self._parents: dict[ast.AST, ast.AST] = {}
        self._scopes: dict[ast.AST, Scope] = {}
        self._own: dict[ast.AST, Scope] = {tree: self.top}
        self._loads: list[ast.expr] = []
        self._loops: dict[ast.AST, ast.AST] = {}
        self._attributes: dict[tuple[Scope, str], list[Binding]] = defaultdict(list)
        self._walk()

    # --- the tree -----------------------------------------------------------------------------------------------------

    def _walk(self) -> None:
        """Visit every node once, in the order of the source, without recursion."""
        waiting: list[tuple[ast.AST, Scope, ast.AST | None]] = [(self.tree, self.top, None)]
        while waiting:
            node, scope, loop = waiting.pop()
            self._scopes[node] = scope
            if loop is not None:
                self._loops[node] = loop
            inside = self._enter(node, scope)
            outside = evaluated_outside(node) if inside is not scope else None
            again = run_again(node)
            for child in reversed(list(ast.iter_child_nodes(node))):
                self._parents[child] = node
                if outside is not None and child not in outside:
                    waiting.append((child, inside, None))
                else:
                    waiting.append((child, scope, node if child in again else loop))

    def _enter(self, node: ast.AST, scope: Scope) -> Scope:  # noqa: C901  # one branch for each kind of node
        """Note what a node binds or uses; the scope of what is in it."""
        if isinstance(node, ast.stmt):
            self.statements.append(node)
            return self._enter_statement(node, scope)
        if isinstance(node, ast.Call):
            self.calls.append(node)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            if isinstance(node.ctx, ast.Load):
                self._loads.append(node)
        elif isinstance(node, ast.Lambda):
            return self._function(node, scope)
        elif isinstance(node, ast.NamedExpr):
            self._bind(node.target, node.value, scope)
        elif isinstance(node, ast.comprehension):
            self._bind(node.target, node.iter, scope, "item")
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind(node.optional_vars, node.context_expr, scope)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bind(scope, node.name, Binding("other", node))
        elif type(node).__name__ in {"MatchAs", "MatchStar", "MatchMapping"}:
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if name:
                bind(scope, name, Binding("other", node))
        return scope

    def _enter_statement(self, node: ast.stmt, scope: Scope) -> Scope:  # noqa: C901, PLR0912  # one branch for each statement
        if isinstance(node, Function):
            bind(scope, node.name, Binding("def", node))
            self.functions.append(node)
            return self._function(node, scope)
        if isinstance(node, ast.ClassDef):
            bind(scope, node.name, Binding("def", node))
            self.classes.append(node)
            self._own[node] = Scope(node, scope)
            return self._own[node]
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                bind(scope, name, Binding("import", node, alias.name if alias.asname else name))
        elif isinstance(node, ast.ImportFrom):
            self._import_from(node, scope)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value, scope)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self._bind(node.target, node.value, scope)
        elif isinstance(node, ast.AugAssign):
            self._bind(node.target, node, scope, "other")
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._bind(node.target, node.iter, scope, "item")
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            for name in node.names:
                scope.elsewhere[name] = self.top if isinstance(node, ast.Global) else enclosing(scope)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self._bind(target, node, scope, "other")
        return scope

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                scope.stars.append(base)
            else:
                bind(scope, alias.asname or alias.name, Binding("import", node, f"{base}.{alias.name}"))

    def _function(self, node: AnyFunction | ast.Lambda, scope: Scope) -> Scope:
        inner = self._own[node] = Scope(node, scope)
        arguments = node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.names[argument.arg].append(Binding("parameter", argument))
        for starred in (arguments.vararg, arguments.kwarg):
            if starred is not None:
                inner.names[starred.arg].append(Binding("other", starred))
        return inner

    def _bind(self, target: ast.AST, value: ast.AST, scope: Scope, how: str = "value") -> None:
        if isinstance(target, ast.Name):
            bind(scope, target.id, Binding(how, value))
        elif isinstance(target, ast.Attribute):
            owner = self.class_of_self(target.value, scope)
            if owner is not None:
                self._attributes[owner, target.attr].append(Binding(how, value))
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._bind_several(target, value, scope, how)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, value, scope, "other")

    def _bind_several(self, target: ast.Tuple | ast.List, value: ast.AST, scope: Scope, how: str) -> None:
        values = value.elts if isinstance(value, (ast.Tuple, ast.List)) and how == "value" else []
        paired = len(values) == len(target.elts) and not any(isinstance(one, ast.Starred) for one in target.elts)
        for number, one in enumerate(target.elts):
            self._bind(one, values[number] if paired else value, scope, "value" if paired else "other")

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What a node is part of."""
        return self._parents.get(node)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node is part of, from the nearest to the module."""
        while (parent := self._parents.get(node)) is not None:
            yield parent
            node = parent

    def scope(self, node: ast.AST) -> Scope:
        """Where a node's names are looked up."""
        return self._scopes[node]

    def own_scope(self, node: ast.AST) -> Scope:
        """The scope that a function or a class opens."""
        return self._own[node]

    def function(self, node: ast.AST) -> AnyFunction | ast.Lambda | None:
        """The function that a node runs in."""
        scope: Scope | None = self._scopes[node]
        while scope is not None:
            if isinstance(scope.node, (*Function, ast.Lambda)):
                return scope.node
            scope = scope.parent
        return None

    def loop(self, node: ast.AST) -> ast.AST | None:
        """The loop, the comprehension or the clause of one that runs a node again and again, in the same function."""
        return self._loops.get(node)

    def position(self, node: ast.AST) -> tuple[int, int]:
        """The line and the character of it that a node begins at, both from 1; for a function that of its `def`."""
        line: int = getattr(node, "lineno", 1)
        return line, self.column(line, getattr(node, "col_offset", 0))

    def column(self, line: int, offset: int) -> int:
        """The character of a line, from 1, that an offset in bytes leads to."""
        if line > len(self.lines):
            return offset + 1
        text = self.lines[line - 1]
        return (offset if text.isascii() else len(text.encode("utf-8")[:offset].decode("utf-8", "ignore"))) + 1

    # --- names --------------------------------------------------------------------------------------------------------

    def lookup(self, name: str, scope: Scope) -> Scope | None:
        """The scope that a name is bound in, as seen from another."""
        start: Scope | None = scope
        current = start
        while current is not None:
            if name in current.elsewhere:
                return current.elsewhere[name]
            if name in current.names and (current is start or not current.is_class):
                return current
            current = current.parent
        return None

    def bindings(self, name: str, scope: Scope) -> list[Binding]:
        """Everything that a name is bound to."""
        found = self.lookup(name, scope)
        return found.names.get(name, []) if found is not None else []

    def class_of_self(self, node: ast.AST, scope: Scope) -> Scope | None:
        """The class of which a name is the first parameter of a method, as `self` is."""
        if not isinstance(node, ast.Name):
            return None
        found = self.lookup(node.id, scope)
        if found is None or not isinstance(found.node, Function) or found.parent is None or not found.parent.is_class:
            return None
        arguments = [*found.node.args.posonlyargs, *found.node.args.args]
        is_first = bool(arguments) and arguments[0].arg == node.id and len(found.names[node.id]) == 1
        return found.parent if is_first else None

    def variable(self, node: ast.AST) -> Variable | None:
        """The variable that an expression names."""
        scope = self._scopes[node]
        if isinstance(node, ast.Name):
            found = self.lookup(node.id, scope)
            return Variable(found, node.id) if found is not None else None
        if isinstance(node, ast.Attribute):
            owner = self.class_of_self(node.value, scope)
            return Variable(owner, node.attr, is_attribute=True) if owner is not None else None
        return None

    def bound(self, variable: Variable) -> list[Binding]:
        """Everything that a variable is bound to, but for None."""
        own = variable.owner.names.get(variable.name, [])
        found = [*self._attributes.get((variable.owner, variable.name), []), *own] if variable.is_attribute else own
        return [one for one in found if not is_none(one.node)]

    @cached_property
    def _uses(self) -> dict[Variable, list[ast.expr]]:
        found: dict[Variable, list[ast.expr]] = defaultdict(list)
        for node in self._loads:
            variable = self.variable(node)
            if variable is not None:
                found[variable].append(node)
        return found

    def uses(self, variable: Variable) -> list[ast.expr]:
        """Where a variable is read, in the order of the source."""
        return self._uses.get(variable, [])

    def dotted(self, node: ast.AST) -> str:
        """The full name of what an expression names by imports; nothing where that is not certain."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self._imported(node.id, self._scopes[node]), *reversed(parts)])

    def _imported(self, name: str, scope: Scope) -> str:
        found = self.bindings(name, scope)
        if not found:
            return f"{self.top.stars[-1]}.{name}" if len(self.top.stars) == 1 else f"builtins.{name}"
        targets = {one.target for one in found if not is_none(one.node)}  # empty where it is no import
        return targets.pop() if len(targets) == 1 else ""

    # --- definitions --------------------------------------------------------------------------------------------------

    def definition(self, node: ast.AST) -> AnyFunction | None:
        """The function or the method of `self` in this file that an expression names; none where there are two."""
        variable = self.variable(node)
        if variable is None:
            return None
        found = self.bound(variable)
        one = found[0].node if len(found) == 1 else None
        return one if isinstance(one, Function) else None

    def class_named(self, node: ast.AST) -> ast.ClassDef | None:
        """The class in this file that an expression names."""
        found = self.bindings(node.id, self._scopes[node]) if isinstance(node, ast.Name) else []
        one = found[0].node if len(found) == 1 else None
        return one if isinstance(one, ast.ClassDef) else None

    def method_named(self, owner: ast.ClassDef, name: str) -> AnyFunction | None:
        """A method that a class itself defines."""
        return next((one for one in owner.body if isinstance(one, Function) and one.name == name), None)
