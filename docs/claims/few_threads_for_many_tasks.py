"""A pool runs any number of tasks on the threads that it has; a Thread is one more thread for each.

Ten thousand calls here, on four workers.
"""

import threading
from multiprocessing.pool import ThreadPool

with ThreadPool(4) as pool:
    used = set(pool.map(lambda _: threading.get_ident(), range(10_000)))
print("tasks: 10000, threads at most four:", len(used) <= 4)

gate = threading.Event()
threads = [threading.Thread(target=gate.wait) for _ in range(100)]
for thread in threads:
    thread.start()
print("waiting Threads:", sum(thread.is_alive() for thread in threads))
gate.set()

# Prints:
# tasks: 10000, threads at most four: True
# waiting Threads: 100
