"""What a benchmark is, and what all of them share."""

from __future__ import annotations

import importlib
import os
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

WORKERS = 32


class Skip(Exception):
    """A contender that is not there, with the reason."""


@dataclass(frozen=True)
class Contender:
    """Something measured: `run(size)` returns the value. In quick mode the size is a hundredth."""

    size: int
    run: Callable[[int], float]


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Contenders that take turns in one process, or have one each (`alone`) where their leftovers matter."""

    name: str
    unit: str
    contenders: Mapping[str, Contender]
    rounds: int = 5
    alone: bool = False


class Sink(Protocol):
    """What is done with the results of many calls."""

    def __call__(self, results: Iterable[Any], /) -> None:
        """Consume them."""


def fast(results: Iterable[Any]) -> None:
    """Consume results as fast as they come."""
    deque(results, maxlen=0)


def slow(results: Iterable[Any]) -> None:
    """Consume results more slowly than they are made: a pause of 1 ms after every 1,000."""
    for number, _ in enumerate(results):
        if number % 1000 == 0:
            time.sleep(0.001)


def no_op(item: object = None) -> object:
    """Do nothing."""
    return item


def wait_a_millisecond(item: object) -> object:
    """Wait, as for an answer from the network."""
    time.sleep(0.001)
    return item


def design(package: str, module: str) -> Any:  # noqa: ANN401 - rendered just before, unknown to mypy
    """The rendered module of a design."""
    return importlib.import_module(f"{package}.{module}")


def peer(name: str) -> ModuleType:
    """A library to compare with, or Skip."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise Skip(f"{error.name} is not installed") from error
    except Exception as error:  # a Python that it does not know yet
        raise Skip(f"{name} cannot be imported here ({type(error).__name__}: {error})") from error


def peak_mib() -> float:
    """The largest memory that this process has had."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would include what the parent had before exec
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        _, kib, _ = line.split()
        return int(kib) / 1024
    if os.name != "posix":
        raise Skip("the peak of memory is read where there is /proc or getrusage")
    import resource  # not there on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
