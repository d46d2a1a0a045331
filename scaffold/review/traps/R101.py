"""Nobody reads what Executor.map returns: all tasks run, and the error of one is never heard of."""

from concurrent.futures import ThreadPoolExecutor


def fetch(number):
    if number == 2:
        raise ValueError("no such page")


with ThreadPoolExecutor(1) as pool:
    pool.map(fetch, [1, 2, 3])
print("all is well, or so it seems")

with ThreadPoolExecutor(1) as pool:
    results = pool.map(fetch, [1, 2, 3])
try:
    list(results)
except ValueError as error:
    print("read:", error)

# Prints:
# all is well, or so it seems
# read: no such page
