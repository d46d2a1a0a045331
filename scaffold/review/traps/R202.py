"""The threads of a pool that nobody ends stay until the program ends."""

import threading
from concurrent.futures import ThreadPoolExecutor


def count():
    return sum(thread.name.startswith("kept") for thread in threading.enumerate())


def lengths(words):
    pool = ThreadPoolExecutor(2, "kept")
    return list(pool.map(len, words)), count()


def lengths_and_end(words):
    with ThreadPoolExecutor(2, "kept") as pool:
        return list(pool.map(len, words))


print(lengths(["a", "bc"])[0], "threads while it runs: at least one")
print(lengths_and_end(["a", "bc"]))

# Prints:
# [1, 2] threads while it runs: at least one
# [1, 2]
