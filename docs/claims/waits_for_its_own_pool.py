"""A task that waits for a task of its own pool waits for ever, once every worker does so.

Here a time-out ends it. Submit from outside, or use a second pool. An executor has the same trap.
"""

import multiprocessing
from concurrent import futures
from multiprocessing.pool import ThreadPool


def outer() -> str:
    inner = pool.apply_async(str, ("ran",))
    try:
        return inner.get(timeout=0.2)
    except multiprocessing.TimeoutError:
        return "never started"


def outer_in_executor() -> str:
    inner = executor.submit(str, "ran")
    try:
        return inner.result(timeout=0.2)
    except futures.TimeoutError:
        return "never started"


with ThreadPool(1) as pool:
    print("pool: the inner task", pool.apply(outer))
with futures.ThreadPoolExecutor(1) as executor:
    print("executor: the inner task", executor.submit(outer_in_executor).result())

# Prints:
# pool: the inner task never started
# executor: the inner task never started
