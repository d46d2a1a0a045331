"""`sys.exit()` in a task kills the pool's worker, and its result never comes: `get()` waits for ever.

As long as a result is awaited the dead are not replaced, and a pool without workers does nothing more. A Thread ends
quietly, an executor's Future has the SystemExit.
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

thread = threading.Thread(target=sys.exit)
thread.start()
thread.join()
print("Thread: ended")

with ThreadPool(2) as pool:
    lost = pool.apply_async(sys.exit)
    print("pool: the other worker gives", pool.apply(pow, (2, 10)), "and the lost result is there:", lost.ready())
    for _ in range(9):
        pool.apply_async(sys.exit)
    later = pool.apply_async(pow, (2, 10))
    later.wait(timeout=0.3)
    print("pool: after nine more, a later result is there:", later.ready())

with ThreadPoolExecutor(1) as executor:
    print("executor:", repr(executor.submit(sys.exit).exception()))

# Prints:
# Thread: ended
# pool: the other worker gives 1024 and the lost result is there: False
# pool: after nine more, a later result is there: False
# executor: SystemExit()
