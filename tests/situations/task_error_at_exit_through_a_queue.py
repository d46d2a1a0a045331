"""Logging goes through a QueueListener, set up after the imports and stopped by atexit, as its users do."""
# report: https://github.com/home-assistant/core/pull/85812
# design: thread/task
# prints: told: True

import atexit
import logging
import logging.handlers
import queue

from task.thread_task import Task


class Show(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        print("told:", record.exc_text is not None or "line 3" in record.getMessage(), flush=True)


def set_up_logging() -> None:
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    logging.getLogger().addHandler(logging.handlers.QueueHandler(records))
    listener = logging.handlers.QueueListener(records, Show())
    listener.start()
    atexit.register(listener.stop)


def load() -> None:
    raise ValueError("line 3")


set_up_logging()
task = Task(load)
task.start()
