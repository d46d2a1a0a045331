"""`map` goes on after an error, and an error takes the rest of its chunk with it.

In chunks of one, all ten calls run before the error is raised; in chunks of five, the four that share a chunk with it
never do.
"""

from multiprocessing.pool import ThreadPool


def work(item: int) -> None:
    called.append(item)
    if item == 0:
        raise ValueError(item)


for chunk in (1, 5):
    called: list[int] = []
    with ThreadPool(1) as pool:
        try:
            pool.map(work, range(10), chunksize=chunk)
        except ValueError:
            print(f"chunks of {chunk}: {len(called)} of 10 were called")

# Prints:
# chunks of 1: 10 of 10 were called
# chunks of 5: 6 of 10 were called
