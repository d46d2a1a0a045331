"""A job failed with much in its local variables; its error was dealt with and its handle dropped."""
# report: https://github.com/python/cpython/issues/80111
# design: threadpool/jobs
# only with a GIL: without one, what a thread made is freed when that thread goes on, and an idle worker waits
# prints: kept after the handle was dropped: False

import gc
import time
import weakref

from jobs.threadpool_jobs import JobPool


class Table:
    pass


tables: list[weakref.ref[Table]] = []


def load() -> None:
    table = Table()
    tables.append(weakref.ref(table))
    raise ValueError("line 3")


gc.disable()  # what is in a cycle would be freed some time, not now
pool = JobPool(1)
job = pool.submit(load)
try:
    job.result(timeout=10)
except ValueError:
    del job
deadline = time.monotonic() + 2
while tables[0]() is not None and time.monotonic() < deadline:
    time.sleep(0.01)
print("kept after the handle was dropped:", tables[0]() is not None)
