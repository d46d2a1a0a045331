"""The function to measure and its items: found, read, and refused where a call could not be made."""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.util
import inspect
import itertools
import json
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Function = Callable[..., object]

_MOST_ITEMS = 100_000
_LONGEST = 400  # characters of what an error says


class Refused(Exception):
    """What cannot be measured: why, in one line. `is_usage`: the command line names what is not there."""

    def __init__(self, reason: str, *, is_usage: bool = False) -> None:
        self.is_usage = is_usage
        super().__init__(reason)


def find(target: str) -> Any:  # noqa: ANN401  # whatever the user's module holds
    """What `path/to/file.py:name` or `package.module:name` stands for; the name may have dots.

    Raises:
        Refused: There is none, or its module cannot be imported.
    """
    where, _, name = target.rpartition(":")
    try:
        module = _of_file(where) if where.endswith(".py") else importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name and f"{where}.".startswith(f"{error.name}."):
            raise Refused(
                f"there is no module {error.name} for {sys.executable}: give another interpreter by --python",
                is_usage=True,
            ) from error
        raise _not_imported(where, error) from error
    except Refused:
        raise
    except BaseException as error:  # a module may raise anything, sys.exit() included
        raise _not_imported(where, error) from error
    try:
        return functools.reduce(getattr, name.split("."), module)
    except AttributeError:
        near = difflib.get_close_matches(name, list(vars(module)), n=1)
        raise Refused(
            f"{where} has no {name}" + (f"; did you mean {near[0]!r}?" if near else ""), is_usage=True
        ) from None


def _not_imported(where: str, error: BaseException) -> Refused:
    return Refused(f"{where} cannot be imported: {described(error)}")


def described(error: BaseException) -> str:
    """The kind of an error, and what it says, in a line's length."""
    try:
        said = str(error)
    except Exception:  # its own `__str__` fails: that must not end the worker
        said = ""
    if len(said) > _LONGEST:
        said = f"{said[:_LONGEST]}…"
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _of_file(path: str) -> Any:  # noqa: ANN401  # a module
    """A file as a module: of the package that it lies in, else under its own name, as pickles would look for it."""
    folder, file = os.path.split(os.path.abspath(path))
    if not os.path.isfile(path):
        raise Refused(f"there is no file {path}", is_usage=True)
    names = [file[: -len(".py")]]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        names.insert(0, package)
    sys.path.insert(1, folder)
    if len(names) > 1:
        return importlib.import_module(".".join(names))
    name = names[0] if names[0] not in sys.modules else f"_probed_{names[0]}"  # a file may be called json.py
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_items(source: str | None) -> list[Any] | None:
    """The items of a .json array, of a .jsonl file, of a text file with one a line, or of `module:name`.

    Raises:
        Refused: There are none, or they cannot be read.
    """
    if source is None:
        return None
    try:
        items = _named_items(source) if ":" in source and not os.path.exists(source) else _items_of_file(source)
    except Refused as error:
        raise Refused(f"--items: {error}", is_usage=error.is_usage) from error
    except FileNotFoundError as error:
        raise Refused(f"--items: there is no file {source}", is_usage=True) from error
    except BaseException as error:  # the user's own code may raise anything
        raise Refused(f"--items {source} cannot be read: {described(error)}") from error
    if not items:
        raise Refused(f"--items {source}: there are no items")
    return items


def _named_items(source: str) -> list[Any]:
    found = find(source)
    items = found() if callable(found) else found
    if not isinstance(items, Iterable):
        raise Refused(
            f"{source} is of type {type(items).__name__}, which has no items: name an iterable or what returns one"
        )
    return list(itertools.islice(items, _MOST_ITEMS))


def _items_of_file(source: str) -> list[Any]:
    if not (os.path.isfile(source) or stat.S_ISFIFO(os.stat(source).st_mode)):
        raise Refused(f"{source} is no file, nor a pipe")
    with open(source, encoding="utf-8") as file:
        if source.endswith(".json"):
            items = json.load(file)
            if not isinstance(items, list):
                raise Refused(f"{source} holds no JSON array: put the items into one")
            return items[:_MOST_ITEMS]
        lines = [line.rstrip("\n") for line in itertools.islice(file, _MOST_ITEMS)]
    return [*_parsed(source, lines)] if source.endswith(".jsonl") else lines


def _parsed(source: str, lines: list[str]) -> Iterator[Any]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise Refused(f"{source}:{number}: is not JSON: {error}") from error


def check(function: object, items: list[Any] | None) -> Function:
    """The function, if it can be called as it will be.

    Raises:
        Refused: It cannot, or a call would not do its work.
    """
    if not callable(function):
        raise Refused(
            f"it is of type {type(function).__name__}, which cannot be called: name a function", is_usage=True
        )
    if any(is_lazy(function) for is_lazy in (inspect.iscoroutinefunction, inspect.isasyncgenfunction)):
        raise Refused("it is a coroutine function, for asyncio: name a function that a worker can call")
    if inspect.isgeneratorfunction(function):
        raise Refused("a call only makes a generator: name a function that does the work, such as one that lists it")
    try:
        inspect.signature(function).bind(*(items or [])[:1])
    except TypeError as error:
        raise Refused(_not_callable_so(error, has_items=items is not None)) from error
    except ValueError:
        pass  # a builtin without a signature
    return function


def _not_callable_so(error: TypeError, *, has_items: bool) -> str:
    if not has_items:
        return f"it cannot be called without an argument ({error}): give --items SOURCE, for one argument a call"
    return f"it cannot be called with one item ({error}): name a function that takes one argument"
