"""handle() lets a StopIteration out, and the answer is awaited in asyncio, whose futures cannot hold one."""
# report: https://github.com/python/cpython/issues/112182
# design: thread/service
# limit: an asyncio Future takes no StopIteration up to Python 3.11
# prints: answered with RuntimeError, and again: 3
# prints until 3.11: no answer, and again: 3

import asyncio

from replies.thread_service import Service


class Find(Service[int, int]):
    def handle(self, message: int) -> int:
        return next(number for number in [1, 2, 3] if number == message)


async def main() -> None:
    with Find() as find:
        try:
            await asyncio.wait_for(asyncio.wrap_future(find.ask(4)), 2)
        except TimeoutError:
            print("no answer", end="")
        except asyncio.TimeoutError:  # another class up to Python 3.10
            print("no answer", end="")
        except RuntimeError as error:
            print("answered with", type(error).__name__, end="")
        print(", and again:", await asyncio.wrap_future(find.ask(3)))


asyncio.run(main())
