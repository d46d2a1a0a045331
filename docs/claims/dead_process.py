"""When a worker process dies, a ProcessPoolExecutor fails all that it has; a `multiprocessing.Pool` says nothing.

The executor raises BrokenProcessPool for every task and takes no more. The pool goes on, but that result never comes.
"""

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor


def die(seconds: float) -> None:
    time.sleep(seconds)
    os._exit(1)


def main() -> None:
    with ProcessPoolExecutor(1) as executor:
        futures = [executor.submit(die, 0.4)] + [executor.submit(abs, number) for number in range(99)]
        errors = [type(future.exception()).__name__ for future in futures]
        print("executor: of 100 tasks", errors.count("BrokenProcessPool"), "failed with BrokenProcessPool")
    with multiprocessing.Pool(1) as pool:
        lost = pool.apply_async(die, (0,))
        print("pool: a later task gives", pool.apply(abs, (-1,)), "and the lost result is there:", lost.ready())


if __name__ == "__main__":
    main()

# Prints:
# executor: of 100 tasks 100 failed with BrokenProcessPool
# pool: a later task gives 1 and the lost result is there: False
