"""asyncio waits for ten thousand things on one thread.

Every thread costs memory of its own and switches of the system; a coroutine costs an object.
"""

import asyncio
import threading


async def wait() -> None:
    waiting.append(1)
    if len(waiting) == 10_000:
        gate.set()
    await gate.wait()


async def main() -> None:
    await asyncio.gather(*(wait() for _ in range(10_000)))


waiting, gate = [], asyncio.Event()
asyncio.run(main())
print("waited at once:", len(waiting), "threads:", threading.active_count())

# Prints:
# waited at once: 10000 threads: 1
