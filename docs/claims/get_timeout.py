"""`get(timeout)` stops waiting; it does not stop the task.

Nothing can stop a thread from outside. What `get` raises is `multiprocessing.TimeoutError`, which is not the builtin
TimeoutError.
"""

import multiprocessing
import threading
from multiprocessing.pool import ThreadPool

gate = threading.Event()
with ThreadPool(1) as pool:
    result = pool.apply_async(gate.wait)
    try:
        result.get(timeout=0.01)
    except multiprocessing.TimeoutError as error:
        print("get() gave up; the builtin TimeoutError:", isinstance(error, TimeoutError))
    gate.set()
    print("the task went on and returned", result.get())

# Prints:
# get() gave up; the builtin TimeoutError: False
# the task went on and returned True
