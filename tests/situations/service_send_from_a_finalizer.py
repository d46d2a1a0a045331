"""Objects report their end to a service from __del__, and the collector runs while send() holds its lock."""
# report: https://github.com/getsentry/sentry-python/issues/803
# design: thread/service
# prints: 2 handled

import faulthandler
import gc
import sys

from inbox.thread_service import Service

faulthandler.dump_traceback_later(10, exit=True)


class Metrics(Service[str]):
    def handle(self, message: str) -> None:
        pass


class Resource:
    def __init__(self) -> None:
        self.cycle = self

    def __del__(self) -> None:
        metrics.send("closed")


def collect(frame: object, event: str, function: object) -> None:
    """Let the collector run inside of send(): any allocation may start it."""
    if getattr(function, "__name__", "") == "append":
        sys.setprofile(None)
        gc.collect()


with Metrics() as metrics:
    Resource()
    sys.setprofile(collect)
    metrics.send("used")
    metrics.stop()
print(metrics.health().handled, "handled")
