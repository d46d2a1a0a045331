"""R102 to R107: threads that are made, subclassed or run in a way that cannot work."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from scaffold.review.model import THREADS, Kind, Module
from scaffold.review.scopes import AnyFunction, Function, is_none, nodes_run_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.review.findings import Found

PRIVATE: Final = frozenset(
    (
        "_bootstrap",
        "_bootstrap_inner",
        "_context",
        "_delete",
        "_handle",
        "_initialized",
        "_is_stopped",
        "_os_thread_handle",
        "_set_ident",
        "_set_native_id",
        "_set_os_name",
        "_set_tstate_lock",
        "_started",
        "_stop",
        "_wait_for_tstate_lock",
    )
)
"""Names of Thread's own that break it on some supported Python; tests/test_review_rules.py proves each."""
_USED_LATER: Final = frozenset(
    ("_delete", "_handle", "_is_stopped", "_os_thread_handle", "_started", "_stop", "_wait_for_tstate_lock")
)
"""Those that join(), is_alive() or the end of the thread use, too; the others do no harm once it has started."""
_HARMLESS: Final = {"_context": None, "_initialized": True, "_is_stopped": False}
"""What Thread itself begins with, so that nothing breaks by it."""

_OPENS: Final = re.compile(r"(?:args\s*=|,)\s*\(\s*$")
_CLOSES: Final = re.compile(r"\s*\)")
_NAMED_AS_TUPLES: Final = re.compile(r"arg|param|tuple|list", re.IGNORECASE)
_SINGLE: Final = frozenset(
    f"builtins.{name}" for name in ("bool", "bytes", "dict", "float", "int", "len", "open", "str")
)
_WITH_ARGUMENTS: Final = frozenset(("apply", "apply_async"))


# --- R102, R103, R104: how a thread is made --------------------------------------------------------------------------


def called_target(module: Module) -> Iterator[Found]:
    """`Thread(target=f())`, where f is of this file and returns nothing."""
    for call, kind in module.made:
        target = _target(call, kind)
        if kind in THREADS and isinstance(target, ast.Call):
            function = module.definition(target.func)
            if function is not None and _returns_nothing(function):
                yield call, f"`{function.name}()` runs here and now, and the thread gets None to run"


def _target(call: ast.Call, kind: Kind) -> ast.expr | None:
    name = "function" if kind is Kind.TIMER else "target"
    named = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    if named is not None or len(call.args) < 2 or isinstance(call.args[0], ast.Starred):
        return named
    return call.args[1]


def _returns_nothing(function: AnyFunction) -> bool:
    if isinstance(function, ast.AsyncFunctionDef) or function.decorator_list or not _does_something(function):
        return False
    inside = list(nodes_run_by(function.body))
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in inside):
        return False
    returned = [node.value for node in inside if isinstance(node, ast.Return)]
    return all(value is None or is_none(value) for value in returned)


def _does_something(function: AnyFunction) -> bool:
    """Whether it has a body that is no mere promise of one."""
    return not all(isinstance(one, (ast.Pass, ast.Raise)) or _is_constant(one) for one in function.body)


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def first_is_group(module: Module) -> Iterator[Found]:
    """`Thread(f)`: the first parameter is `group`."""
    for call, kind in module.made:
        if kind is Kind.THREAD and call.args and _has_own_parameters(module, call) and _is_target(module, call):
            yield call, f"the first parameter of Thread is `group`, so that `{shown(call.args[0])}` is refused"


def _has_own_parameters(module: Module, call: ast.Call) -> bool:
    """Whether it takes what Thread takes: Thread itself, or a subclass without a constructor."""
    own = module.class_named(call.func)
    if own is None:
        return True
    is_direct = len(own.bases) == 1 and module.class_named(own.bases[0]) is None
    return is_direct and module.method_named(own, "__init__") is None


def _is_target(module: Module, call: ast.Call) -> bool:
    first = call.args[0]
    if isinstance(first, ast.Starred) or is_none(first) or any(one.arg == "group" for one in call.keywords):
        return False
    if isinstance(first, (ast.Lambda, ast.Constant)) or module.definition(first) is not None:
        return True
    variable = module.variable(first)
    is_named = isinstance(first, ast.Name) and "group" not in first.id and len(call.args) == 1
    return is_named and variable is not None and bool(module.bound(variable))


def not_a_tuple(module: Module) -> Iterator[Found]:
    """`args=(x)`, for threads and for `apply_async`."""
    for call, arguments in _argument_lists(module):
        if _is_parenthesised(module, arguments) and not _may_be_tuple(module, arguments):
            yield call, f"`({shown(arguments)})` is not a tuple: a comma is missing"


def _argument_lists(module: Module) -> Iterator[tuple[ast.Call, ast.expr]]:
    for call, kind in module.made:
        if kind in THREADS:
            yield from ((call, keyword.value) for keyword in call.keywords if keyword.arg == "args")
    for call, _, name, kind in module.asked:
        if name in _WITH_ARGUMENTS and kind not in THREADS:
            yield from ((call, argument) for argument in call.args[1:2])
            yield from ((call, keyword.value) for keyword in call.keywords if keyword.arg == "args")


def _is_parenthesised(module: Module, node: ast.expr) -> bool:
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    start = module.column(first + 1, node.col_offset) - 1
    end = module.column(last + 1, node.end_col_offset or 0) - 1
    before = "\n".join([*module.lines[max(first - 2, 0) : first], module.lines[first][:start]])
    after = "\n".join([module.lines[last][end:], *module.lines[last + 1 : last + 3]])
    return bool(_OPENS.search(before) and _CLOSES.match(after))


def _may_be_tuple(module: Module, node: ast.AST) -> bool:
    """Whether it is a tuple or a list, or what nobody can tell from here."""
    if isinstance(node, (ast.Constant, ast.JoinedStr, ast.Dict, ast.Lambda, ast.Compare, *Function, ast.ClassDef)):
        return False
    if isinstance(node, ast.BinOp):
        return not any(isinstance(side, (ast.Constant, ast.JoinedStr)) for side in (node.left, node.right))
    if isinstance(node, ast.Call):
        name = module.dotted(node.func)
        return name not in _SINGLE and module.class_named(node.func) is None and module.makes(node) is None
    if isinstance(node, (ast.Name, ast.Attribute)):
        name = node.id if isinstance(node, ast.Name) else node.attr
        return _NAMED_AS_TUPLES.search(name) is not None or _is_bound_to_tuple(module, node)
    return True


def _is_bound_to_tuple(module: Module, node: ast.expr) -> bool:
    """Whether a name may stand for a tuple: not where it is a parameter, an item, or was unpacked."""
    variable = module.variable(node)
    return any(
        (one.how == "value" and not isinstance(one.node, (ast.Call, ast.Name)) and _may_be_tuple(module, one.node))
        or (one.how == "other" and isinstance(one.node, ast.arg))  # *args
        for one in (module.bound(variable) if variable is not None else ())
    )


# --- R105: run() for start() -----------------------------------------------------------------------------------------


def run_not_started(module: Module) -> Iterator[Found]:
    """`run()` of a thread that nothing starts."""
    for call, receiver, name, kind in module.asked:
        if name == "run" and kind is Kind.THREAD and not call.args and _is_never_started(module, receiver):
            yield call, "`run()` runs the target here, in the thread that calls it: nothing is started"


def _is_never_started(module: Module, receiver: ast.expr) -> bool:
    if isinstance(receiver, ast.Call):
        return True
    variable = module.variable(receiver)
    if variable is None or any(one.how != "value" for one in module.bound(variable)):
        return False
    if variable.is_attribute and variable.name in variable.owner.names:
        return False
    return all(_attribute_of(module, use) not in {"", "start"} for use in module.uses(variable))


def _attribute_of(module: Module, node: ast.AST) -> str:
    """The attribute that is taken of a value, or nothing where it goes elsewhere."""
    parent = module.parent(node)
    return parent.attr if isinstance(parent, ast.Attribute) and parent.value is node else ""


# --- R106, R107: subclasses ------------------------------------------------------------------------------------------


def base_not_called(module: Module) -> Iterator[Found]:
    """A constructor of a subclass that does not call the base's."""
    for owner in module.thread_classes:
        constructor = module.method_named(owner, "__init__")
        if constructor is None or not _does_something(constructor) or module.method_named(owner, "start"):
            continue
        if not _calls_constructor(constructor) and not _calls_helper(module, owner, constructor):
            yield constructor, f"`{owner.name}.__init__` does not call `super().__init__()`: the thread cannot start"


def _calls_constructor(function: AnyFunction) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "__init__" for node in ast.walk(function))


def _calls_helper(module: Module, owner: ast.ClassDef, constructor: AnyFunction) -> bool:
    """Whether a method that it calls calls a constructor."""
    called = {node.attr for node in ast.walk(constructor) if isinstance(node, ast.Attribute)}
    methods = [method for name in called if (method := module.method_named(owner, name)) is not None]
    return any(_calls_constructor(method) for method in methods)


def private_name(module: Module) -> Iterator[Found]:
    """A subclass that assigns a name which Thread uses itself."""
    for owner in module.thread_classes:
        for node, name, value in assigned_in(module, owner):
            if name not in PRIVATE or _is_harmless(module, name, value):
                continue
            if name in _USED_LATER or _is_before_start(module, owner, node):
                yield node, f"`{name}` is a private name of Thread's own: assigning it breaks the thread"


def _is_before_start(module: Module, owner: ast.ClassDef, node: ast.AST) -> bool:
    """Whether it stands in the class itself or in its constructor."""
    return module.parent(node) is owner or module.function(node) is module.method_named(owner, "__init__")


def _is_harmless(module: Module, name: str, value: ast.AST | None) -> bool:
    """Whether it is what Thread itself begins with, or a method that calls Thread's own."""
    if isinstance(value, Function):
        return any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(value))
    if isinstance(value, ast.Constant):
        return name in _HARMLESS and value.value is _HARMLESS[name]
    return name == "_started" and isinstance(value, ast.Call) and module.dotted(value.func) == "threading.Event"


def assigned_in(module: Module, owner: ast.ClassDef) -> Iterator[tuple[ast.AST, str, ast.AST | None]]:
    """Every name that a class defines, or assigns to `self`: where, which, and the value."""
    scope = module.own_scope(owner)
    for node in owner.body:
        if isinstance(node, Function):
            yield node, node.name, node
            for inside in ast.walk(node):
                yield from (
                    (inside, target.attr, getattr(inside, "value", None))
                    for target in _targets(inside)
                    if isinstance(target, ast.Attribute)
                    and module.class_of_self(target.value, module.scope(target)) is scope
                )
        else:
            yield from (
                (node, one.id, getattr(node, "value", None)) for one in _targets(node) if isinstance(one, ast.Name)
            )


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) and node.value is not None else []


def shown(node: ast.AST) -> str:
    """A short expression as it may be written."""
    text = ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute, ast.Constant)) else "…"
    return text if len(text) <= 40 else "…"
