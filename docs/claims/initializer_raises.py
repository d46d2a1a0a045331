"""An initializer that raises kills the worker: no task ever runs, and `get()` waits for ever.

A traceback is printed and the program goes on. An executor fails its tasks with BrokenThreadPool.
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

threading.excepthook = lambda _: None  # it would print a traceback
logging.disable()
called = threading.Event()


def initialize() -> None:
    called.set()
    raise OSError


with ThreadPool(1, initialize) as pool:
    task = pool.apply_async(int)
    print("pool: initializer called:", called.wait(timeout=30))
    task.wait(timeout=0.3)
    print("pool: task done:", task.ready())

with ThreadPoolExecutor(1, initializer=initialize) as executor:
    print("executor:", type(executor.submit(int).exception()).__name__)

# Prints:
# pool: initializer called: True
# pool: task done: False
# executor: BrokenThreadPool
