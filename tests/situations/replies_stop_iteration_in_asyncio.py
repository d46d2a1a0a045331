"""handle() lets a StopIteration out, and the answer is awaited in asyncio, whose futures cannot hold one."""
# report: https://github.com/python/cpython/issues/112182
# design: thread/service
# limit: before asyncio was mended, in Python 3.11.8 and 3.12.2, the await has no end of its own: give it a timeout
# prints: RuntimeError or TimeoutError, and again: 3

import asyncio

from replies.thread_service import Service


class Find(Service[int, int]):
    def handle(self, message: int) -> int:
        return next(number for number in [1, 2, 3] if number == message)


async def main() -> None:
    with Find() as find:
        try:
            await asyncio.wait_for(asyncio.wrap_future(find.ask(4)), 1)
        except (RuntimeError, asyncio.TimeoutError):
            print("RuntimeError or TimeoutError", end="")
        print(", and again:", await asyncio.wrap_future(find.ask(3)))


asyncio.run(main())
