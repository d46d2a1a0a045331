"""Clocks of a thread, of the process and of the machine; seconds everywhere."""

from __future__ import annotations

import functools
import math
import os
import threading
import time

_SCHEDSTAT = "/proc/thread-self/schedstat"  # time on a CPU, time ready but without one (both ns), time slices
_CGROUP_QUOTA = "/sys/fs/cgroup/cpu.max"

_opened = threading.local()


def tells_run_queue() -> bool:
    """Whether the system says how long a thread was ready to run but had no CPU: Linux does."""
    try:
        with open(_SCHEDSTAT, encoding="ascii") as file:
            return int(file.read().split()[0]) > 0
    except (OSError, ValueError, IndexError):
        return False


class Stopwatch:
    """How long this thread has been on a CPU, and ready but without one, since the watch was made."""

    def __init__(self) -> None:
        """Start it."""
        self._wall, self._cpu, self._queue = time.perf_counter(), time.thread_time(), _run_queue()

    def read(self) -> tuple[float, float]:
        """Both; the latter is estimated where the system does not tell."""
        wall, cpu = time.perf_counter() - self._wall, time.thread_time() - self._cpu
        if self._queue is None:
            return cpu, max(0.0, min(wall - cpu, cpu * _lag()))
        return cpu, (_run_queue() or self._queue) - self._queue


def _run_queue() -> float | None:
    """How long this thread has been ready but without a CPU; None where the system does not tell."""
    try:
        if not hasattr(_opened, "fd"):
            _opened.fd = os.open(_SCHEDSTAT, os.O_RDONLY)
        return int(os.pread(_opened.fd, 80, 0).split()[1]) / 1e9
    except (OSError, ValueError, IndexError, AttributeError):  # Windows has no pread
        return None


@functools.cache
def _lag(seconds: float = 0.1) -> float:
    """How long a thread of this process waits for a CPU, for each second on one: as a loop finds it, once."""
    wall, cpu = time.perf_counter(), time.thread_time()
    while time.perf_counter() < wall + seconds:
        pass
    wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
    return max(0.0, wall / max(cpu, 1e-9) - 1)


def children_cpu() -> float:
    """CPU time of child processes that have ended and were waited for."""
    times = os.times()
    return times.children_user + times.children_system


def cpus() -> int:
    """How many CPUs this process may use: its affinity, cut by a cgroup's quota."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        with open(_CGROUP_QUOTA, encoding="ascii") as file:
            quota, period = map(int, file.read().split())
        return max(1, min(count, math.ceil(quota / period)))
    except (OSError, ValueError):
        return count


def taken_by_others(seconds: float = 0.25) -> float:
    """The share of our CPUs that others use while we do nothing; where the system does not tell, as a loop finds it."""
    try:
        before, start = _busy(), time.perf_counter()
        time.sleep(seconds)
        passed = time.perf_counter() - start
        return (_busy() - before) / passed / len(os.sched_getaffinity(0))
    except (OSError, AttributeError, ValueError):
        return _lag() / (1 + _lag())


def _busy() -> float:
    """Seconds that our CPUs have worked since the system started."""
    ours = {f"cpu{number}" for number in os.sched_getaffinity(0)}
    with open("/proc/stat", encoding="ascii") as file:
        rows = [row for row in map(str.split, file) if row[0] in ours]
    # user, nice, system; then, behind idle and iowait, irq, softirq, steal
    return sum(sum(map(int, (*row[1:4], *row[6:9]))) for row in rows) / os.sysconf("SC_CLK_TCK")
