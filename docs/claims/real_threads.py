"""Both run on threads of the operating system.

Each has a number that the system gave it, and none of them is the main thread's.
"""

import threading
from multiprocessing.pool import ThreadPool

seen = {threading.get_native_id()}

thread = threading.Thread(target=lambda: seen.add(threading.get_native_id()))
thread.start()
thread.join()
print("after a Thread:", len(seen), "native ids")

with ThreadPool(1) as pool:
    seen.add(pool.apply(threading.get_native_id))
print("after a pool of one:", len(seen), "native ids")

# Prints:
# after a Thread: 2 native ids
# after a pool of one: 3 native ids
