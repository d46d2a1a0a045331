"""A filter of the application's logging raises, as one did that looked for a request outside of requests."""
# report: https://github.com/getlogbook/logbook/pull/33
# design: thread/service
# prints: 3 handled, stopped: True

import logging

from inbox.thread_service import Service

logging.basicConfig()


def needs_a_request(record: logging.LogRecord) -> bool:
    raise RuntimeError("working outside of request context")


logging.getLogger().handlers[0].addFilter(needs_a_request)


class Flaky(Service[int]):
    def handle(self, message: int) -> None:
        if message == 1:
            raise OSError("no route to host")


service = Flaky()
service.start()
for number in range(3):
    service.send(number)
try:
    service.stop(timeout=5)
except TimeoutError as error:
    print(error)
print(f"{service.health().handled} handled, stopped: {service.wait(0)}")
