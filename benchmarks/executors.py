"""The rendered designs beside concurrent.futures, for "Why not ThreadPoolExecutor?": writes docs/executor.json.

`python benchmarks/executors.py PYTHON...`, each with `distributed` where the cluster is to be measured. In each process
ours and the executor take turns, seven times; kept are the medians. Memory and lost tasks are read once.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark import WORKERS, Skip, design, fast, no_op
from pools import executor_buffersize, executor_map, memory_growth, per_task, stream
from services import Asked, Ours, Submitted, per_message
from threads import batch, each, pool_task, thread_task

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
_ROUNDS = 7


def jobs(count: int) -> float:
    """Ours: submit, then take each result as it comes."""
    module = design("jobs_pool", "threadpool_jobs")
    began = time.perf_counter()
    with module.JobPool(WORKERS) as pool:
        fast(job.result() for job in module.as_completed([pool.submit(no_op) for _ in range(count)]))
    return (time.perf_counter() - began) / count * 1e6


def executor_jobs(count: int) -> float:
    """The same with Futures."""
    began = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        fast(future.result() for future in as_completed([pool.submit(no_op) for _ in range(count)]))
    return (time.perf_counter() - began) / count * 1e6


def one_call() -> None:
    """An executor for one call."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(no_op).result()


def on_processes(chunk: int) -> Callable[[int], float]:
    """Ours, two processes."""

    def run(count: int) -> float:
        began = time.perf_counter()
        fast(design("many_processes", "process_map").stream(no_op, range(count), workers=2, chunk=chunk))
        return (time.perf_counter() - began) / count * 1e6

    return run


def executor_on_processes(chunk: int) -> Callable[[int], float]:
    """ProcessPoolExecutor.map on two."""

    def run(count: int) -> float:
        began = time.perf_counter()
        with ProcessPoolExecutor(2) as executor:
            fast(executor.map(no_op, range(count), chunksize=chunk))
        return (time.perf_counter() - began) / count * 1e6

    return run


def die_at_500(item: int) -> int:
    """End the worker's process, once in a thousand."""
    if item == 500:
        os._exit(1)
    return item


def lost(count: int) -> float:
    """Of ours."""
    module = design("many_processes", "process_map")
    outcomes = module.stream(die_at_500, range(count), workers=2)
    return sum(isinstance(outcome, module.Failed) for outcome in outcomes)


def executor_lost(count: int) -> float:
    """Of the executor's, counted by Future; what could not even be submitted is lost, too."""
    futures: list[Future[int]] = []
    with ProcessPoolExecutor(2) as executor, contextlib.suppress(RuntimeError):
        futures += [executor.submit(die_at_500, item) for item in range(count)]
    return count - sum(future.exception() is None for future in futures)


def on_cluster(count: int) -> float:
    """Ours, on processes of Dask that are there already."""
    began = time.perf_counter()
    fast(design("many_cluster", "cluster_map").stream(no_op, range(count), address=_cluster(), chunk=64))
    return (time.perf_counter() - began) / count * 1e6


def executor_on_cluster(count: int) -> float:
    """Dask's own executor."""
    from distributed import Client  # type: ignore[import-not-found] # measured where it is there

    address = _cluster()
    began = time.perf_counter()
    with Client(address) as client:
        executor: Executor = client.get_executor(pure=False)
        fast(executor.map(no_op, range(count)))
    return (time.perf_counter() - began) / count * 1e6


_clusters: list[Any] = []


def _cluster() -> str:
    try:
        from distributed import LocalCluster
    except ImportError as error:
        raise Skip("distributed is not installed") from error
    if not _clusters:
        _clusters.append(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))
    return str(_clusters[0].scheduler_address)


ROWS: dict[str, tuple[int, int, dict[str, Callable[[int], float]]]] = {
    # name: calls, rounds, contenders
    "map, µs a call": (
        20_000,
        _ROUNDS,
        {"ours": per_task(stream), "executor": per_task(executor_map), "buffersize": per_task(executor_buffersize)},
    ),
    "map, MiB for 100,000": (100_000, 1, {"ours": memory_growth(stream, fast)}),
    "executor, MiB for 100,000": (100_000, 1, {"executor": memory_growth(executor_map, fast)}),
    "processes, µs a call": (5_000, _ROUNDS, {"ours": on_processes(1), "executor": executor_on_processes(1)}),
    "processes, chunk 64, µs a call": (
        50_000,
        _ROUNDS,
        {"ours": on_processes(64), "executor": executor_on_processes(64)},
    ),
    "processes, lost of 1,000": (1_000, 1, {"ours": lost, "executor": executor_lost}),
    "cluster, µs a call": (500, 3, {"ours": on_cluster, "executor": executor_on_cluster}),
    "jobs, µs a job": (10_000, _ROUNDS, {"ours": jobs, "executor": executor_jobs}),
    "task, µs": (100, _ROUNDS, {"ours": each(pool_task), "executor": each(one_call)}),
    "thread, µs": (300, _ROUNDS, {"ours": each(thread_task), "executor": each(one_call)}),
    "batch, µs a task": (1_000, _ROUNDS, {"ours": batch, "executor": executor_jobs}),
    "service, µs a message": (20_000, _ROUNDS, {"ours": per_message(Ours), "executor": per_message(Submitted)}),
    "service, replies, µs": (10_000, _ROUNDS, {"ours": per_message(Asked), "executor": per_message(Submitted)}),
}


def measure(name: str) -> dict[str, float]:
    """The median of each contender; those that are not there are left out."""
    size, rounds, contenders = ROWS[name]
    values: dict[str, list[float]] = {}
    for _ in range(rounds):
        for contender, run in contenders.items():
            with contextlib.suppress(Skip):
                values.setdefault(contender, []).append(run(size))
    for cluster in _clusters:
        cluster.close()
    return {contender: statistics.median(found) for contender, found in values.items() if found}


def main(pythons: list[str]) -> None:
    """Render, then each row on each Python, in a process of its own."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    import run
    from variants import Variant

    run.RENDERED |= {
        "many_processes": Variant("threadpool/map", {"workers_kind": "process"}),
        "many_cluster": Variant("threadpool/map", {"scale": "cluster"}),
    }
    found: dict[str, dict[str, dict[str, float]]] = {name: {} for name in ROWS}
    with tempfile.TemporaryDirectory() as rendered:
        run.render(Path(rendered))
        environment = os.environ | {"PYTHONPATH": rendered, "PYTHONDONTWRITEBYTECODE": "1"}
        for python in pythons:
            for name in ROWS:
                command = [python, __file__, "--measure", name]
                done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise SystemExit(f"{python}, {name}\n{done.stderr}")
                version, values = json.loads(done.stdout)
                found[name][version] = values
                print(version, name, values, flush=True)
    machine = {
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }
    text = json.dumps({"machine": machine, "rows": found}, indent=2, ensure_ascii=False)
    (ROOT / "docs" / "executor.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        free_threaded = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
        print(json.dumps([platform.python_version() + free_threaded, measure(sys.argv[2])]))
    else:
        main(sys.argv[1:])
