"""Neither carries the caller's context variables along, unless Python is free-threaded and 3.14 or newer.

There, and with `-X thread_inherit_context=1`, a thread begins with a copy of what was set when *it* started: for a
worker that is when the pool was made, not when the task was submitted.
"""

import contextvars
import threading
from multiprocessing.pool import ThreadPool

user = contextvars.ContextVar("user", default="nobody")
user.set("Ada")
thread = threading.Thread(target=lambda: print("Thread:", user.get()))
thread.start()
thread.join()

with ThreadPool(1) as pool:
    user.set("Grace")
    print("pool:", pool.apply(user.get))
    print("pool, with copy_context().run:", pool.apply(contextvars.copy_context().run, (user.get,)))

# Prints:
# Thread: nobody
# pool: nobody
# pool, with copy_context().run: Grace

# Prints when threads inherit the context:
# Thread: Ada
# pool: Ada
# pool, with copy_context().run: Grace
