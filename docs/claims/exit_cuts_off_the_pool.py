"""At the end of the program a pool's workers are cut off: what is queued or running is lost.

They are daemon threads; `close()` and `join()` wait for them. An executor's threads are waited for without that.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

started = threading.Event()


def work() -> None:
    started.set()
    time.sleep(5)
    print("pool: a task ends")


pool = ThreadPool(1)
results = [pool.apply_async(work) for _ in range(3)]
started.wait()

executor = ThreadPoolExecutor(1)
executor.submit(time.sleep, 0.1)
executor.submit(print, "executor: a queued task ends")
print("the main thread ends")

# Prints:
# the main thread ends
# executor: a queued task ends
