"""The collector finds a failed job that nobody asked about while a handler of logging holds a lock of its own."""
# report: https://github.com/Delgan/loguru/issues/712
# design: threadpool/jobs
# prints: hello
# prints: a job failed and nobody asked: ValueError('line 3')

import faulthandler
import gc
import logging
import threading
import time

from jobs.threadpool_jobs import Job, JobPool

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

    def __init__(self, job: Job[None]) -> None:
        self.me = self
        self.job = job


def load() -> None:
    raise ValueError("line 3")


logging.basicConfig(handlers=[Sink()], level=logging.INFO)
gc.disable()
with JobPool(1) as pool:
    job = pool.submit(load)
    job.wait(10)
    Request(job)
    del job
    logging.info("hello")
deadline = time.monotonic() + 5
while Sink.told < 2 and time.monotonic() < deadline:
    time.sleep(0.01)
