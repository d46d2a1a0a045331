"""The error of a task is in its Future; nobody has it, so nobody hears of the error."""

from concurrent.futures import ThreadPoolExecutor


def work():
    raise ValueError("no such page")


with ThreadPoolExecutor(1) as pool:
    pool.submit(work)
print("all is well, or so it seems")

with ThreadPoolExecutor(1) as pool:
    future = pool.submit(work)
    print("asked for:", future.exception())

# Prints:
# all is well, or so it seems
# asked for: no such page
