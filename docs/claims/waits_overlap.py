"""Waiting overlaps in both, with a GIL as well.

Twenty tasks each wait until all twenty are waiting: one after the other, none would ever get past the barrier.
"""

import threading
from multiprocessing.pool import ThreadPool

barrier = threading.Barrier(20, timeout=30)

with ThreadPool(20) as pool:
    turns = pool.map(lambda _: barrier.wait(), range(20), chunksize=1)
print("pool:", len(turns), "waited at the same time")

threads = [threading.Thread(target=barrier.wait) for _ in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("threads:", "broken" if barrier.broken else "20 waited at the same time")

# Prints:
# pool: 20 waited at the same time
# threads: 20 waited at the same time
