"""Web requests that ask a service are cancelled, before their turn and while it works: setting a result must not kill it."""
# report: https://github.com/noxdafox/pebble/issues/75
# design: thread/service
# prints: handled 2 of 5, errors 0, and again: 40

import asyncio
import threading

from replies.thread_service import Service

begun, go_on = threading.Event(), threading.Event()


class Double(Service[int, int]):
    def setup(self) -> None:
        self.seen = 0

    def handle(self, message: int) -> int:
        self.seen += 1
        begun.set()
        go_on.wait(10)
        return 2 * message


async def ask(double: Double, number: int) -> int:
    return await asyncio.wrap_future(double.ask(number))


async def main() -> None:
    with Double() as double:
        requests = [asyncio.create_task(ask(double, number)) for number in range(4)]
        await asyncio.to_thread(begun.wait, 10)  # the first is being worked on
        for request in requests:
            request.cancel()
        await asyncio.gather(*requests, return_exceptions=True)
        go_on.set()
        answer = await ask(double, 20)
        print(f"handled {double.seen} of 5, errors {double.health().errors}, and again: {answer}")


asyncio.run(main())
