"""Since Python 3.14 an executor's `map` takes `buffersize`, and reads no further ahead than that.

`imap` and `imap_unordered` have nothing like it, up to 3.15.
"""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

with ThreadPoolExecutor(1) as executor:
    numbers = iter(range(5_000))
    try:
        executor.map(abs, numbers, buffersize=10)
        print("Executor.map has read", next(numbers))
    except TypeError:
        print("Executor.map: no buffersize")

with ThreadPool(1) as pool:
    try:
        pool.imap(abs, range(5_000), buffersize=10)
    except TypeError:
        print("imap: no buffersize")

# Prints:
# Executor.map has read 10
# imap: no buffersize

# Prints up to 3.13:
# Executor.map: no buffersize
# imap: no buffersize
