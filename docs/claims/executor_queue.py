"""An executor queues without a bound, and runs all that is queued even when its block is left by an error.

`submit` never waits for room. `shutdown(cancel_futures=True)` drops what has not started.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

gate = threading.Event()
done: list[int] = []
try:
    with ThreadPoolExecutor(1) as executor:
        executor.submit(gate.wait)
        for number in range(1_000):
            executor.submit(done.append, number)
        print("queued: 1000, done:", len(done))
        gate.set()
        int("no number")
except ValueError:
    print("the error came out when", len(done), "were done")

# Prints:
# queued: 1000, done: 0
# the error came out when 1000 were done
