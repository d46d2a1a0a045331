"""Leaving `with ThreadPool()` calls terminate(): what is queued is dropped, without a word."""

import time
from multiprocessing.pool import ThreadPool

done = []


def work(number):
    time.sleep(0.05)
    done.append(number)


with ThreadPool(1) as pool:
    for number in range(5):
        pool.apply_async(work, (number,))
print("all five are done:", len(done) == 5)

with ThreadPool(1) as pool:
    results = [pool.apply_async(work, (number,)) for number in range(5)]
    for result in results:
        result.get()
print("all five are done:", len(done) >= 5)

# Prints:
# all five are done: False
# all five are done: True
