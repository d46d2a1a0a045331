"""The throughput of so many threads or processes, by brute force: nothing of what `scaffold probe` uses is used here.

Run by each Python: `brute.py FILE FUNCTION CLASS`; one JSON document on stdout, calls per second by kind and number.
"""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Function = Callable[[], object]

_WINDOW, _LONG_WINDOW = 1.2, 6.0  # seconds; the latter for calls of a second and more
_WAITING = (1, 2, 4, 6, 8, 12, 16, 32)
_COMPUTING = (1, 2, 4)
_UNKNOWN = (1, 2, 4, 8, 12, 16, 32)


def loaded(file: str, name: str) -> Function:
    """The function."""
    sys.path.insert(0, str(Path(file).parent))
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Function = getattr(module, name)
    return function


def counted(function: Function, start: float, end: float) -> tuple[float, float]:
    """Successes and calls between two times; a call counts by the part that lies there."""
    good = calls = 0.0
    while (before := time.perf_counter()) < end:
        works = succeeds(function)
        after = time.perf_counter()
        if after > start:
            part = (min(after, end) - max(before, start)) / (after - before)
            good, calls = good + part * works, calls + part
    return good, calls


def succeeds(function: Function) -> bool:
    """Call it."""
    try:
        function()
    except Exception:  # noqa: BLE001  # whatever it raises, that is no work
        return False
    return True


def threads(function: Function, count: int, window: float) -> tuple[float, float]:
    """Successes per second of fresh threads, and the share of failures."""
    done: list[tuple[float, float]] = []
    ready, begin = threading.Barrier(count + 1), threading.Barrier(count + 1)
    times: list[float] = []

    def work() -> None:
        succeeds(function)
        ready.wait()
        begin.wait()
        done.append(counted(function, *times))

    workers = [threading.Thread(target=work) for _ in range(count)]
    for worker in workers:
        worker.start()
    ready.wait()
    now = time.perf_counter()
    times += [now + 0.2, now + window]
    begin.wait()
    for worker in workers:
        worker.join()
    good, calls = (sum(part[number] for part in done) for number in (0, 1))
    return good / (window - 0.2), 1 - good / max(calls, 1e-9)


def _process(file: str, name: str, window: float, results: Any, ready: Any, begin: Any) -> None:  # noqa: ANN401, PLR0913, PLR0917
    function = loaded(file, name)
    succeeds(function)
    ready.release()
    begin.wait()
    now = time.perf_counter()
    results.put(counted(function, now, now + window)[0] / window)


def processes(file: str, name: str, count: int, window: float) -> float:
    """The same of processes."""
    context = multiprocessing.get_context("spawn")
    results, ready, begin = context.Queue(), context.Semaphore(0), context.Event()
    workers = [context.Process(target=_process, args=(file, name, window, results, ready, begin)) for _ in range(count)]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.acquire()
    begin.set()
    total = sum(results.get() for _ in workers)
    for worker in workers:
        worker.join()
    return float(total)


def rates(file: str, name: str, kind: str) -> dict[str, float]:
    """Calls per second; levels at which calls fail that succeed with one worker are left out."""
    function = loaded(file, name)
    succeeds(function)
    begun = time.perf_counter()
    succeeds(function)
    window = _LONG_WINDOW if time.perf_counter() - begun > 0.5 else _WINDOW
    found: dict[str, float] = {}
    usual = 0.0
    for count in _numbers(kind, window):
        rate, errors = threads(function, count, window)
        usual = errors if count == 1 else usual
        if errors < usual + 0.1:
            found[f"thread {count}"] = rate
    if kind not in ("waiting", "contended"):
        for count in (2, 4, 6) if kind == "mixed" else (2,) if window == _LONG_WINDOW else (2, 4):
            found[f"process {count}"] = processes(file, name, count, window)
    found["thread 1"] = max(found["thread 1"], threads(function, 1, window)[0])
    return found


def _numbers(kind: str, window: float) -> Sequence[int]:
    if kind in ("waiting", "contended"):
        return (1, 8, 16, 32) if window == _LONG_WINDOW else _WAITING
    if window == _LONG_WINDOW:
        return (1, 2)
    return _COMPUTING if kind else _UNKNOWN


if __name__ == "__main__":
    print(json.dumps(rates(*sys.argv[1:4])))
