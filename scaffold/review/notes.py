"""R201 to R210: what is often a mistake and often meant."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from scaffold.review.model import EXECUTORS, POOLS, THREADS, Kind, Module
from scaffold.review.scopes import LOOPS, AnyFunction, Function, Variable, is_true, nodes_run_by
from scaffold.review.threads import assigned_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.review.findings import Found

_ENDING: Final = frozenset(("__exit__", "close", "shutdown", "terminate"))
_TARGETS: Final = frozenset(("_target", "_args", "_kwargs"))
_GETTING: Final = frozenset(("get", "get_nowait"))


def pool_in_a_loop(module: Module) -> Iterator[Found]:
    """A pool for each round of a loop, or for each call of a function that a loop calls."""
    called = {
        function
        for call in module.calls
        if module.loop(call) is not None and (function := module.definition(call.func)) is not None
    }
    for call, kind in module.made:
        if kind not in THREADS:
            if module.loop(call) is not None:
                yield call, "each round of the loop starts a pool of threads and ends it"
                continue
            around = module.function(call)
            if isinstance(around, Function) and around in called:
                yield call, f"`{around.name}` is called in a loop, and each call starts a pool of threads and ends it"


def never_closed(module: Module) -> Iterator[Found]:
    """A pool of a function that nothing ends, and that goes nowhere else."""
    for call, kind in module.made:
        statement = module.parent(call)
        if kind in THREADS or not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        variable = module.variable(statement.targets[0])
        if variable is not None and isinstance(variable.owner.node, Function) and not _may_end(module, variable):
            yield call, f"nothing ends the pool `{variable.name}`: its threads stay"


def _may_end(module: Module, variable: Variable) -> bool:
    for use in module.uses(variable):
        parent = module.parent(use)
        if not isinstance(parent, ast.Attribute) or parent.attr in _ENDING:
            return True
    return False


def error_unseen(module: Module) -> Iterator[Found]:
    """`apply_async` without a callback for errors, whose result is dropped."""
    for call, _, name, kind in module.asked:
        is_seen = any(keyword.arg in {"error_callback", None} for keyword in call.keywords)
        if kind in POOLS and name.endswith("_async") and not is_seen and isinstance(module.parent(call), ast.Expr):
            yield call, f"the result of `{name}` is dropped, and with it every error of the task"


def future_dropped(module: Module) -> Iterator[Found]:
    """`submit` whose Future is dropped."""
    for call, _, name, kind in module.asked:
        if kind in EXECUTORS and name == "submit" and isinstance(module.parent(call), ast.Expr):
            yield call, "the Future is dropped, and with it every error of the task"


def daemon_with_cleanup(module: Module) -> Iterator[Found]:
    """A daemon thread whose target has something to clear away."""
    for call, function in _targets(module):
        is_daemon = any(word.arg == "daemon" and is_true(word.value) for word in call.keywords)
        if is_daemon and any(isinstance(node, ast.Try) and node.finalbody for node in nodes_run_by(function.body)):
            yield (
                call,
                f"a daemon thread is cut off when the program ends: `finally` in `{function.name}` may never run",
            )


def no_stop(module: Module) -> Iterator[Found]:
    """A thread whose target goes round for ever."""
    for call, function in _targets(module):
        if any(isinstance(node, ast.While) and _has_no_end(node) for node in nodes_run_by(function.body)):
            yield call, f"`{function.name}` goes round for ever: nothing can stop this thread"


def _has_no_end(loop: ast.While) -> bool:
    leaves = (ast.Break, ast.Return, ast.Raise)
    return is_true(loop.test) and not any(isinstance(node, leaves) for node in nodes_run_by(loop.body))


def _targets(module: Module) -> Iterator[tuple[ast.Call, AnyFunction]]:
    """Threads that are made, with the target where it is of this file."""
    for call, kind in module.made:
        named = next((word.value for word in call.keywords if word.arg == "target"), None)
        function = module.definition(named) if kind is Kind.THREAD and named is not None else None
        if function is not None:
            yield call, function


def empty_then_get(module: Module) -> Iterator[Found]:
    """`if not queue.empty(): queue.get()`: another thread may be faster."""
    for node in module.statements:
        if isinstance(node, (ast.If, ast.While)):
            asked = {ast.dump(call.func.value) for call in _method_calls(node.test, {"empty"})}
            for call in _method_calls_in(node.body, _GETTING):
                if ast.dump(call.func.value) in asked:
                    yield call, "another thread may take the item between `empty()` and `get()`"


class _MethodCall(ast.Call):
    func: ast.Attribute


def _method_calls(node: ast.AST, names: set[str] | frozenset[str]) -> Iterator[_MethodCall]:
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in names:
            yield one  # type: ignore[misc]


def _method_calls_in(body: list[ast.stmt], names: frozenset[str]) -> Iterator[_MethodCall]:
    for one in nodes_run_by(body):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in names:
            yield one  # type: ignore[misc]


def waits_for_own_pool(module: Module) -> Iterator[Found]:
    """A task that gives its own pool work and waits for it."""
    for call, receiver, name, kind in module.asked:
        task = module.definition(call.args[0]) if call.args and kind not in THREADS and name != "shutdown" else None
        pool = module.variable(receiver)
        if task is None or pool is None:
            continue
        for inner in nodes_run_by(task.body):
            if isinstance(inner, ast.Call) and _is_wait_within(module, inner, pool):
                yield (
                    inner,
                    f"`{task.name}` runs in this pool and waits for it: with all workers waiting nothing goes on",
                )


def _is_wait_within(module: Module, call: ast.Call, pool: Variable) -> bool:
    """Whether it is a call of the pool's that blocks, or the `get()` or `result()` right behind one that does not."""
    if not isinstance(call.func, ast.Attribute):
        return False
    name, receiver = call.func.attr, call.func.value
    if name in {"get", "result"} and isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Attribute):
        return module.variable(receiver.func.value) == pool
    return name in {"apply", "map", "starmap"} and module.variable(receiver) == pool


def worker_may_die(module: Module) -> Iterator[Found]:
    """`queue.join()`, where an error ends the worker before `task_done()`."""
    queues = {
        variable
        for call in _method_calls(module.tree, {"join"})
        if not call.args and not call.keywords and (variable := module.variable(call.func.value)) is not None
    }
    seen: set[ast.AST] = set()
    for _, function in _targets(module):
        for call in _method_calls_in(function.body, frozenset(("task_done",))):
            is_joined = module.variable(call.func.value) in queues
            if is_joined and call not in seen and not _is_in_finally(module, call) and _is_in_loop(module, call):
                seen.add(call)
                yield call, f"an error in `{function.name}` ends it before `task_done()`, and `join()` waits for ever"


def _is_in_finally(module: Module, node: ast.AST) -> bool:
    return any(
        isinstance(parent, ast.Try) and (child in parent.finalbody or bool(parent.handlers))
        for child, parent in pairwise((node, *module.above(node)))
    )


def _is_in_loop(module: Module, node: ast.AST) -> bool:
    return isinstance(module.loop(node), LOOPS)


def unused_target(module: Module) -> Iterator[Found]:
    """`_target`, `_args` and `_kwargs` of a subclass with its own `run()`."""
    for owner in module.thread_classes:
        if module.method_named(owner, "run") is not None:
            for node, name, _ in assigned_in(module, owner):
                if name in _TARGETS:
                    yield (
                        node,
                        f"`{name}` is a private name of Thread's own; it is free here, since `run()` is overridden",
                    )
