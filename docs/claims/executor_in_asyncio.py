"""asyncio takes an executor, and no ThreadPool.

`run_in_executor` calls `submit`, which a ThreadPool does not have. For one call there is `asyncio.to_thread`.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool


async def main() -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as executor:
        print("executor:", await loop.run_in_executor(executor, pow, 2, 10))
    with ThreadPool(1) as pool:
        try:
            await loop.run_in_executor(pool, pow, 2, 10)
        except AttributeError as error:
            print("pool:", error)


asyncio.run(main())

# Prints:
# executor: 1024
# pool: 'ThreadPool' object has no attribute 'submit'
