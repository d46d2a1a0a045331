"""A logging handler hands records to a service, which fails, and whose own errors are logged."""
# report: https://github.com/open-telemetry/opentelemetry-python/issues/4323
# design: thread/service
# prints: stopped in time: True

import logging

from inbox.thread_service import NotRunningError, Service


class Shipper(Service[str]):
    def handle(self, message: str) -> None:
        raise OSError("the server of the logs is away")


class Ship(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        shipper.send(self.format(record))


shipper = Shipper()
shipper.start()
logging.basicConfig(handlers=[Ship()])
try:
    logging.warning("hello")
    stopped = shipper.wait(5)
    shipper.stop(timeout=5)
except (NotRunningError, TimeoutError) as error:
    stopped = False
print("stopped in time:", stopped)
