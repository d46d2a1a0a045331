"""A pool of one has four threads: the worker, and three that look after it.

All of them start with the pool. An executor starts its threads as calls come in, and no others.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

gate = threading.Event()
before = threading.active_count()
thread = threading.Thread(target=gate.wait)
thread.start()
print("a Thread:", threading.active_count() - before)
gate.set()
thread.join()

with ThreadPoolExecutor(8) as executor:
    executor.submit(int)
    print("ThreadPoolExecutor(8) with one call:", threading.active_count() - before)

with ThreadPool(1):
    print("ThreadPool(1):", threading.active_count() - before)

# Prints:
# a Thread: 1
# ThreadPoolExecutor(8) with one call: 1
# ThreadPool(1): 4
