"""A pool in the loop starts new threads in each round, where those of one pool are used again."""

import threading
from multiprocessing.pool import ThreadPool

seen = set()


def work(_number):
    seen.add(threading.current_thread())


for number in range(5):
    with ThreadPool(1) as pool:
        pool.map(work, [number])
print("threads for five tasks:", len(seen))

seen.clear()
with ThreadPool(1) as shared:
    for number in range(5):
        shared.map(work, [number])
print("threads for five tasks:", len(seen))

# Prints:
# threads for five tasks: 5
# threads for five tasks: 1
