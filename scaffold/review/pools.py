"""R101, R109 and R110: work that a pool never does, or whose outcome nobody sees."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from scaffold.review.model import EXECUTORS, POOLS, Module
from scaffold.review.scopes import AnyFunction, Function, is_true, nodes_run_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.review.findings import Found

_LAZY: Final = frozenset(("imap", "imap_unordered"))
_ASYNCHRONOUS: Final = frozenset(("apply_async", "map_async", "starmap_async"))
_TAKING_ALL: Final = _LAZY | {"map", "starmap", "map_async", "starmap_async"}
_BROAD: Final = frozenset(("builtins.Exception", "builtins.BaseException"))
_ENDLESS: Final = frozenset(("itertools.count", "itertools.cycle"))
_PASSING_ON: Final = frozenset(("builtins.enumerate", "builtins.map", "builtins.filter"))
_QUICK: Final = frozenset(
    (
        "append",
        "close",
        "critical",
        "debug",
        "error",
        "exception",
        "extend",
        "info",
        "print",
        "range",
        "warning",
        "write",
    )
)
"""What takes no time that a task could be done in."""


# --- R101 ------------------------------------------------------------------------------------------------------------


def never_read(module: Module) -> Iterator[Found]:
    """imap, imap_unordered or Executor.map whose result nobody goes through."""
    for call, _, name, kind in module.asked:
        is_lazy = name in _LAZY if kind in POOLS else kind in EXECUTORS and name == "map"
        if is_lazy and _is_dropped(module, call) and not _catches_all(module, call):
            yield call, f"nobody reads what `{name}` returns, so that every error of the tasks is lost"


def _is_dropped(module: Module, call: ast.Call) -> bool:
    parent = module.parent(call)
    if isinstance(parent, ast.Expr):
        return True
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1 or not isinstance(parent.targets[0], ast.Name):
        return False
    variable = module.variable(parent.targets[0])
    is_local = variable is not None and isinstance(variable.owner.node, (*Function, ast.Lambda))
    return variable is not None and is_local and not module.uses(variable)


def _catches_all(module: Module, call: ast.Call) -> bool:
    """Whether the function is of this file and lets no error out, so that none can be lost."""
    function = module.definition(call.args[0]) if call.args else None
    if function is None:
        return False
    body = [one for one in function.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    risky = [
        one for one in body if isinstance(one, ast.Try) or any(isinstance(node, ast.Call) for node in ast.walk(one))
    ]
    return all(isinstance(one, ast.Try) and _is_broad(module, one) for one in risky)


def _is_broad(module: Module, node: ast.Try) -> bool:
    return any(handler.type is None or module.dotted(handler.type) in _BROAD for handler in node.handlers)


# --- R109 ------------------------------------------------------------------------------------------------------------


def left_undone(module: Module) -> Iterator[Found]:
    """Asynchronous work in a `with` that ends before it is done."""
    for node in module.statements:
        if isinstance(node, ast.With):
            for item in node.items:
                if module.makes(item.context_expr) in POOLS and isinstance(item.optional_vars, ast.Name):
                    yield from _undone_in(module, node, item.optional_vars)


def _undone_in(module: Module, block: ast.With, pool: ast.Name) -> Iterator[Found]:
    """The last asynchronous call of the block, if nothing after it takes time or looks at its result."""
    inside = [node for node in nodes_run_by(block.body) if isinstance(node, ast.Call)]
    submitted = [call for call in inside if _is_asynchronous(module, call, pool)]
    if not submitted or _is_waited_for(module, block, submitted) or _goes_on(module, submitted[-1]):
        return
    last = submitted[-1]
    allowed = {id(call) for one in submitted for call in ast.walk(one)}
    after = [call for call in inside if _position(call) > _position(submitted[0]) and id(call) not in allowed]
    if all(_is_quick(call) for call in after):
        yield last, "leaving `with` ends the pool at once: nothing in the block waits for this work, and it is dropped"


def _goes_on(module: Module, call: ast.Call) -> bool:
    """Whether it is in a loop that has no end of its own."""
    loop = module.loop(call)
    return isinstance(loop, ast.While) and is_true(loop.test)


def _position(call: ast.Call) -> tuple[int, int]:
    return call.lineno, call.col_offset


def _is_asynchronous(module: Module, call: ast.Call, pool: ast.Name) -> bool:
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr in _ASYNCHRONOUS
    return is_method and module.variable(call.func.value) == module.variable(pool)  # type: ignore[attr-defined]


def _is_waited_for(module: Module, block: ast.With, submitted: list[ast.Call]) -> bool:
    """Whether a result goes where somebody may wait for it, before the block ends."""
    end = (block.end_lineno or block.lineno, block.end_col_offset or 0)
    return any(not _is_forgotten(module, call, end) for call in submitted)


def _is_forgotten(module: Module, call: ast.Call, end: tuple[int, int]) -> bool:
    """Whether the result of a call is dropped, or kept under a name that is not looked at before the end."""
    node: ast.AST = call
    parent = module.parent(node)
    while isinstance(parent, (ast.ListComp, ast.List)):
        node, parent = parent, module.parent(parent)
    if isinstance(parent, ast.Expr):
        return True
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        kept: ast.AST = parent.targets[0]
    elif isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr == "append":
        kept = parent.func.value
    else:
        return False
    variable = module.variable(kept) if isinstance(kept, ast.Name) else None
    return variable is not None and all(
        (use.lineno, use.col_offset) > end or _is_append(module, use) for use in module.uses(variable)
    )


def _is_append(module: Module, use: ast.expr) -> bool:
    parent = module.parent(use)
    return isinstance(parent, ast.Attribute) and parent.attr == "append"


def _is_quick(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _QUICK


# --- R110 ------------------------------------------------------------------------------------------------------------


def endless(module: Module) -> Iterator[Found]:
    """A pool that is to take in an iterator without an end."""
    for call, _, name, kind in module.asked:
        bounded = any(keyword.arg == "buffersize" for keyword in call.keywords)
        if kind in POOLS and name in _TAKING_ALL:
            iterables = call.args[1:2]
        elif kind in EXECUTORS and name == "map" and not bounded:
            iterables = call.args[1:]
        else:
            continue
        if iterables and all(_is_endless(module, one) for one in iterables):
            yield call, f"`{name}` takes in all of its input ahead, and this one has no end"


def _is_endless(module: Module, node: ast.AST) -> bool:
    if isinstance(node, ast.GeneratorExp):
        return len(node.generators) == 1 and _is_endless(module, node.generators[0].iter)
    if isinstance(node, ast.Name):
        variable = module.variable(node)
        found = module.bound(variable) if variable is not None else []
        one = found[0] if len(found) == 1 else None
        return (
            one is not None and one.how == "value" and isinstance(one.node, ast.Call) and _is_endless(module, one.node)
        )
    if not isinstance(node, ast.Call):
        return False
    name = module.dotted(node.func)
    if name in _PASSING_ON:
        taken = node.args[:1] if name.endswith("enumerate") else node.args[1:]
        return bool(taken) and all(_is_endless(module, one) for one in taken)
    if name == "itertools.repeat":
        return len(node.args) == 1 and not node.keywords
    function = module.definition(node.func)
    return name in _ENDLESS or (function is not None and _never_ends(function))


def _never_ends(function: AnyFunction) -> bool:
    """Whether it is a generator that goes round in `while True`, and nothing in it leaves."""
    inside = list(nodes_run_by(function.body))
    if any(isinstance(node, (ast.Return, ast.Break, ast.Raise, ast.Try, ast.With)) for node in inside):
        return False
    if isinstance(function, ast.AsyncFunctionDef) or function.decorator_list:
        return False
    rounds = [node for node in inside if isinstance(node, ast.While) and is_true(node.test)]
    yields = (ast.Yield, ast.YieldFrom)
    if any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "next" for node in inside
    ):
        return False
    return any(isinstance(inner, yields) for node in rounds for inner in ast.walk(node))
