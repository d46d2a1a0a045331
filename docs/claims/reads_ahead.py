"""`imap` and `imap_unordered` read the whole input ahead, whatever is taken out.

An endless or huge input needs a bound of your own. An executor's `map` reads all of it
before it gives the first result, unless it is told a `buffersize` (from Python 3.14 on).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from threading import Event


def numbers() -> Iterator[int]:
    for number in range(5_000):
        read.append(number)
        yield number
    all_read.set()


read, all_read = [], Event()
for function in ("imap", "imap_unordered"):
    read.clear()
    all_read.clear()
    with ThreadPool(1) as pool:
        next(getattr(pool, function)(abs, numbers()))
        all_read.wait(timeout=30)
    print(f"{function} has read {len(read)} for one result")

read.clear()
with ThreadPoolExecutor(1) as executor:
    executor.map(abs, numbers())
    print(f"Executor.map has read {len(read)} for none")

# Prints:
# imap has read 5000 for one result
# imap_unordered has read 5000 for one result
# Executor.map has read 5000 for none
