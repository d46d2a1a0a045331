"""A program relies on threading.excepthook, as error trackers do, to hear of a thread that dies; nobody asks why."""
# report: https://github.com/python/cpython/pull/13515
# design: thread/task
# prints: hook: 0, log: 1

import logging
import threading
import time

from task.thread_task import Task

hooked: list[object] = []
told: list[logging.LogRecord] = []


class Keep(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        told.append(record)


threading.excepthook = hooked.append
logging.getLogger().addHandler(Keep())
Task(int, "x").start()
deadline = time.monotonic() + 10
while not told and time.monotonic() < deadline:
    time.sleep(0.01)
print(f"hook: {len(hooked)}, log: {len(told)}")
