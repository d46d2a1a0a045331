"""A callback that raises ends the thread that hands out results: no later result ever comes.

The later task runs, and what it returns is lost. An executor logs such an error and goes on.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

ran = threading.Event()
pool = ThreadPool(1)
pool.apply_async(int, callback=lambda value: 1 / value)
later = pool.apply_async(ran.set)
print("pool: the later task ran:", ran.wait(timeout=30))
later.wait(timeout=0.2)
print("pool: its result came:", later.ready())

with ThreadPoolExecutor(1) as executor:
    executor.submit(int).add_done_callback(lambda future: 1 / future.result())
    print("executor: a later result:", executor.submit(pow, 2, 10).result())

# Prints:
# pool: the later task ran: True
# pool: its result came: False
# executor: a later result: 1024

# Standard error has:
# ZeroDivisionError: division by zero
