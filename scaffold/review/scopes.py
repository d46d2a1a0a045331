"""What names are bound to, and in which scope."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Function = (ast.FunctionDef, ast.AsyncFunctionDef)
AnyFunction = Union[ast.FunctionDef, ast.AsyncFunctionDef]
LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Binding(NamedTuple):
    """Something that a name is bound to."""

    how: str
    """`value`, `import`, `def`, `parameter`, `item` (of what is gone through), or `other`."""
    node: ast.AST
    """The value, the definition, the parameter, or the iterable."""
    target: str = ""
    """What an import names."""


@dataclass(eq=False)
class Scope:
    """A module, a class or a function, with the names that it binds."""

    node: ast.AST
    parent: Scope | None
    names: dict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: dict[str, Scope] = field(default_factory=dict)
    """Names that are declared global or nonlocal."""
    stars: list[str] = field(default_factory=list)
    """Modules of which everything is imported."""

    @property
    def is_class(self) -> bool:
        """Whether its names are out of sight in the functions within."""
        return isinstance(self.node, ast.ClassDef)


class Variable(NamedTuple):
    """A name in its scope, or an attribute of `self` in its class."""

    owner: Scope
    name: str
    is_attribute: bool = False


def bind(scope: Scope, name: str, binding: Binding) -> None:
    """Note what a name of a scope is bound to, in the scope that it is declared to belong to."""
    scope.elsewhere.get(name, scope).names[name].append(binding)


def enclosing(scope: Scope) -> Scope:
    """The nearest function around a scope, as `nonlocal` means it."""
    current = scope.parent
    while current is not None and current.is_class:
        current = current.parent
    return current or scope


def evaluated_outside(node: ast.AST) -> frozenset[ast.AST]:
    """What stands in a definition, and is evaluated around it: decorators, defaults, annotations, bases."""
    if isinstance(node, ast.ClassDef):
        return frozenset([*node.decorator_list, *node.bases, *node.keywords])
    if isinstance(node, Function):
        return frozenset([*node.decorator_list, node.args, *([node.returns] if node.returns else [])])
    return frozenset([node.args]) if isinstance(node, ast.Lambda) else frozenset()


def run_again(node: ast.AST) -> frozenset[ast.AST]:
    """The parts of a loop, a comprehension or a clause of one that it runs again and again."""
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return frozenset(node.body)
    if isinstance(node, ast.While):
        return frozenset([node.test, *node.body])
    if isinstance(node, COMPREHENSIONS):
        return frozenset(part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.comprehension))
    return frozenset(node.ifs) if isinstance(node, ast.comprehension) else frozenset()


def is_none(node: ast.AST) -> bool:
    """Whether it is the constant None."""
    return isinstance(node, ast.Constant) and node.value is None


def is_true(test: ast.expr) -> bool:
    """Whether a condition is a constant that always holds."""
    return isinstance(test, ast.Constant) and bool(test.value)


def nodes_run_by(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a block in the order of the source, without those of functions and classes within."""
    waiting: list[ast.AST] = [*reversed(body)]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*Function, ast.ClassDef, ast.Lambda)):
            waiting += reversed(list(ast.iter_child_nodes(node)))
