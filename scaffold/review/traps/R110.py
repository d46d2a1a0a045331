"""imap takes in all of its input ahead of the results: of an endless one, until memory is full."""

import itertools
from multiprocessing.pool import ThreadPool

taken = 0


def numbers():
    global taken
    while True:
        taken += 1
        yield taken


with ThreadPool(1) as pool:
    results = pool.imap(str, numbers())
    while taken < 1_000:
        pass
    print("results used:", next(results), "numbers taken by then: 1000 and more")

taken = 0
with ThreadPool(1) as pool:
    results = pool.imap(str, itertools.islice(numbers(), 10))
    print("results used:", len(list(results)), "numbers taken:", taken)

# Prints:
# results used: 1 numbers taken by then: 1000 and more
# results used: 10 numbers taken: 10
