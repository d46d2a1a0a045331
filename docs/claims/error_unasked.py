"""An error in a pool that nobody asks about is not even printed, and neither is one in an executor.

Call `get()` (a Future's `result()`) for each task, or pass an `error_callback`.
"""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

pool = ThreadPool(1)
pool.apply_async(lambda: 1 / 0)
pool.close()
pool.join()
print("ThreadPool: nothing was said")

with ThreadPoolExecutor(1) as executor:
    executor.submit(lambda: 1 / 0)
print("executor: nothing was said")

# Prints:
# ThreadPool: nothing was said
# executor: nothing was said
