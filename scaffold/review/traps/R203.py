"""The error of a task is in the AsyncResult; nobody has it, so nobody hears of the error."""

from multiprocessing.pool import ThreadPool


def work():
    raise ValueError("no such page")


pool = ThreadPool(1)
pool.apply_async(work)
pool.apply_async(work, error_callback=lambda error: print("heard of:", error))
kept = pool.apply_async(work)
try:
    kept.get()
except ValueError as error:
    print("asked for:", error)
pool.close()
pool.join()

# Prints:
# heard of: no such page
# asked for: no such page
