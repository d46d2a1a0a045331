"""With every worker waiting for a task in the queue of its own pool, no worker is left to do it."""

from multiprocessing import TimeoutError as NotInTime
from multiprocessing.pool import ThreadPool


def outer():
    return pool.apply_async(len, ("abc",)).get()


pool = ThreadPool(1)
try:
    pool.apply_async(outer).get(timeout=0.2)
except NotInTime:
    print("nothing goes on")
pool.close()

pool = ThreadPool(1)
print(pool.apply_async(len, ("abc",)).get())
pool.close()

# Prints:
# nothing goes on
# 3
