"""The end of `with ThreadPool()` drops what is queued, and does not wait for what runs.

It calls `terminate()`: call `close()` and `join()` instead, or collect all results inside. An executor's `with` waits.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool


def work() -> None:
    started.release()
    gate.wait()
    done.append(1)


gate, started, done = threading.Event(), threading.Semaphore(0), []
with ThreadPool(1) as pool:
    results = [pool.apply_async(work) for _ in range(10)]
    started.acquire()
print("pool: done at the end of the block:", len(done))
gate.set()
print("pool: another one starts:", started.acquire(timeout=0.2))

done.clear()
with ThreadPoolExecutor(1) as executor:
    futures = [executor.submit(work) for _ in range(10)]
print("executor: done at the end of the block:", len(done))

# Prints:
# pool: done at the end of the block: 0
# pool: another one starts: False
# executor: done at the end of the block: 10
