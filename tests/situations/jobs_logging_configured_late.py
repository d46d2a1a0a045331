"""The application configures logging by dictConfig after its imports, which disables the loggers that there are."""
# report: https://github.com/dask/distributed/issues/1381
# design: threadpool/jobs
# limit: a disabled logger says nothing; configure logging with disable_existing_loggers=False
# prints: told: False

import logging
import logging.config
import time

from jobs.threadpool_jobs import JobPool

told: list[str] = []


class Keep(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        told.append(record.getMessage())


logging.config.dictConfig({"version": 1})  # "disable_existing_loggers" is True unless given
logging.getLogger().addHandler(Keep())
with JobPool(1) as pool:
    pool.submit(lambda: 1 / 0)
deadline = time.monotonic() + 1
while not told and time.monotonic() < deadline:
    time.sleep(0.01)
print("told:", bool(told))
