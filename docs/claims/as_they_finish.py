"""`imap_unordered` gives results as they finish; `imap` and an executor's `map` give them in the order of the input.

The first of these two tasks cannot end before the second.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool


def work(name: str) -> str:
    if name == "first":
        gate.wait()
    else:
        second_ended.set()
    return name


gate, second_ended = threading.Event(), threading.Event()
with ThreadPool(2) as pool:
    results = pool.imap_unordered(work, ["first", "second"])
    print("pool:", next(results))
    gate.set()
    print("pool:", next(results))

gate.clear()
second_ended.clear()
with ThreadPoolExecutor(2) as executor:
    results = executor.map(work, ["first", "second"])
    second_ended.wait()
    gate.set()
    print("executor:", *results)

# Prints:
# pool: second
# pool: first
# executor: first second
