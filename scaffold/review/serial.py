"""R108: threads that are waited for before the next one is started."""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING, Final

from scaffold.review.model import EXECUTORS, POOLS, THREADS, Kind, Module
from scaffold.review.scopes import COMPREHENSIONS, LOOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.review.findings import Found
    from scaffold.review.scopes import Variable

_STARTING: Final = {"submit": "result", "apply_async": "get", "map_async": "get", "starmap_async": "get"}
_MOST_SAID: Final = 10  # statements between the two that are looked at
_SAYING: Final = frozenset(("critical", "debug", "error", "exception", "info", "print", "warning", "write"))


def one_after_another(module: Module) -> Iterator[Found]:
    """A loop that starts a thread or a task, and waits for it before it goes round."""
    own: dict[Variable, bool] = {}
    for loop in module.statements:
        if isinstance(loop, (ast.For, ast.AsyncFor)):
            yield from _in_body(module, loop, own)
    yield from _chained(module)


def _chained(module: Module) -> Iterator[Found]:
    """`submit(…).result()` in a loop or a comprehension."""
    for call, receiver, name, kind in module.asked:
        if name in _STARTING and _is_pool(kind) and not _is_single(module, receiver):
            attribute = module.parent(call)
            waits = module.parent(attribute) if isinstance(attribute, ast.Attribute) else None
            is_wait = isinstance(waits, ast.Call) and _waits_for(waits, _STARTING[name])
            loop = module.loop(call)
            if (
                is_wait
                and isinstance(loop, (ast.For, ast.AsyncFor, *COMPREHENSIONS))
                and module.is_given_work(loop, call)
            ):
                yield call, f"`{name}(…).{_STARTING[name]}()` waits for each task before the next one starts"


def _is_pool(kind: Kind) -> bool:
    return kind in POOLS or kind in EXECUTORS


def _is_single(module: Module, pool: ast.expr) -> bool:
    """Whether a pool has one worker, so that nothing else was wanted."""
    variable = module.variable(pool)
    made = [one.node for one in module.bound(variable) if isinstance(one.node, ast.Call)] if variable else []
    sizes = [size for call in made for size in (*call.args[:1], *(keyword.value for keyword in call.keywords[:1]))]
    return any(isinstance(size, ast.Constant) and size.value == 1 for size in sizes)


def _waits_for(call: ast.AST, name: str) -> bool:
    """Whether it is this method without a time-out, which would be a reason to have a thread."""
    is_method = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == name
    return is_method and not call.args and not call.keywords  # type: ignore[attr-defined]


def _in_body(module: Module, loop: ast.For | ast.AsyncFor, own: dict[Variable, bool]) -> Iterator[Found]:
    """A start, and right after it the end of it."""
    body = loop.body
    for number, statement in enumerate(body):
        begun = _begun(module, statement, own)
        if begun is None:
            continue
        call, kept, waiting = begun
        rest = islice(body, number + 1, number + 1 + _MOST_SAID)
        is_next = (_is_wait(one, kept, waiting) for one in rest if _is_wait(one, kept, waiting) or not _is_said(one))
        if next(is_next, False) and _has_work_of_its_own(module, loop, call):
            yield call, f"each is waited for (`{waiting}()`) before the next one starts: nothing runs at the same time"


def _has_work_of_its_own(module: Module, loop: ast.For | ast.AsyncFor, call: ast.Call) -> bool:
    """Whether each round starts something that is given what the round goes through."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "start":
        return module.is_given_work(loop, call)
    variable = module.variable(call.func.value)
    bound = module.bound(variable)[:_MOST_SAID] if variable is not None else []
    return any(
        one.how == "item" or (isinstance(one.node, ast.Call) and module.is_given_work(loop, one.node)) for one in bound
    )


def _begun(module: Module, statement: ast.stmt, own: dict[Variable, bool]) -> tuple[ast.Call, ast.AST, str] | None:
    """The call that starts something, what to wait for, and by which method."""
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return None
    name, receiver = value.func.attr, value.func.value
    kind = module.kind(receiver)
    if isinstance(statement, ast.Expr) and name == "start" and kind in THREADS and _is_of_loop(module, receiver, own):
        return value, receiver, "join"
    is_kept = isinstance(statement, ast.Assign) and len(statement.targets) == 1 and name in _STARTING
    if is_kept and kind is not None and _is_pool(kind) and not _is_single(module, receiver):
        return value, statement.targets[0], _STARTING[name]  # type: ignore[attr-defined]
    return None


def _is_of_loop(module: Module, thread: ast.expr, own: dict[Variable, bool]) -> bool:
    """Whether each round has a thread of its own; what is known of a variable is kept in `own`."""
    variable = module.variable(thread)
    if variable is None or variable.is_attribute:
        return False
    if variable not in own:
        own[variable] = all(
            one.how == "item" or (one.how == "value" and isinstance(module.loop(one.node), LOOPS))
            for one in module.bound(variable)
        )
    return own[variable]


def _is_wait(statement: ast.stmt, kept: ast.AST, waiting: str) -> bool:
    """Whether a statement's first call waits for what was started."""
    value = getattr(statement, "value", None)
    for node in ast.walk(value) if isinstance(value, ast.AST) else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _waits_for(node, waiting):
            return ast.dump(node.func.value) == ast.dump(kept).replace("ctx=Store()", "ctx=Load()")
    return False


def _is_said(statement: ast.stmt) -> bool:
    """Whether a statement only tells somebody something."""
    value = getattr(statement, "value", None)
    if not isinstance(statement, ast.Expr) or not isinstance(value, ast.Call):
        return False
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return name in _SAYING
