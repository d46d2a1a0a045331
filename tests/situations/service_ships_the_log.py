"""A logging handler hands records to a service, which fails, and whose own errors are logged, by itself."""
# report: https://github.com/open-telemetry/opentelemetry-python/issues/4323
# design: thread/service
# prints: stopped in time: True

import logging
import time

from inbox.thread_service import NotRunningError, Service


class Shipper(Service[str]):
    def handle(self, message: str) -> None:
        time.sleep(0.05)
        raise OSError("the server of the logs is away")


class Ship(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            shipper.send(self.format(record))
        except NotRunningError:
            pass


shipper = Shipper()
shipper.start()
logging.basicConfig(handlers=[Ship()])
logging.warning("hello")
shipper.wait(0.5)
shipper.stop(timeout=5)
print("stopped in time:", shipper.wait(0))
