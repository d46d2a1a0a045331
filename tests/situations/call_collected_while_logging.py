"""The collector finds a failed task that nobody asked about while a handler of logging holds a lock of its own."""
# report: https://github.com/Delgan/loguru/issues/712
# design: threadpool/task
# prints: hello
# prints: a task failed and nobody asked: ValueError('line 3')

import faulthandler
import gc
import logging
import threading
import time

from call.threadpool_task import Task

faulthandler.dump_traceback_later(10, exit=True)


class Sink(logging.Handler):
    lock_of_file = threading.Lock()
    told = 0

    def emit(self, record: logging.LogRecord) -> None:
        with self.lock_of_file:
            print(record.getMessage(), flush=True)
            gc.collect()  # as any allocation here may do
            Sink.told += 1


class Request:
    """What keeps a handle, in a cycle."""

    def __init__(self, task: Task[None]) -> None:
        self.me = self
        self.task = task


def load() -> None:
    raise ValueError("line 3")


logging.basicConfig(handlers=[Sink()], level=logging.INFO)
gc.disable()
task = Task(load)
task.wait(10)
Request(task)
del task
logging.info("hello")
deadline = time.monotonic() + 5
while Sink.told < 2 and time.monotonic() < deadline:
    time.sleep(0.01)
