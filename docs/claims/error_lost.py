"""An error in a Thread is printed by `threading.excepthook` and otherwise lost.

`join()` says nothing, and the program ends with exit code 0. A pool keeps the error, and `get()` raises it.
"""

import threading
from multiprocessing.pool import ThreadPool

thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
print("join() said nothing")

with ThreadPool(1) as pool:
    result = pool.apply_async(lambda: 1 / 0)
    try:
        result.get()
    except ZeroDivisionError as error:
        print("get() raised:", error)

# Prints:
# join() said nothing
# get() raised: division by zero

# Standard error has:
# ZeroDivisionError: division by zero
