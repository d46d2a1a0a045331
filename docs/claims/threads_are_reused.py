"""A pool's threads are used again: a task finds what the one before left in a `threading.local`.

A `threading.local` is an object whose attributes each thread has to itself: good for a connection, bad for what belongs
to one task. A Thread is new each time.
"""

import threading
from multiprocessing.pool import ThreadPool

local = threading.local()


def visit(name: str) -> None:
    print(name, "finds", getattr(local, "left", "nothing"))
    local.left = f"what {name} left"


with ThreadPool(1) as pool:
    pool.map(visit, ["task 1", "task 2"])
for name in ("Thread 1", "Thread 2"):
    thread = threading.Thread(target=visit, args=(name,))
    thread.start()
    thread.join()

# Prints:
# task 1 finds nothing
# task 2 finds what task 1 left
# Thread 1 finds nothing
# Thread 2 finds nothing
