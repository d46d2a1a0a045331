"""Objects hand their clean-up to a pool from __del__, which the collector calls while submit() holds its lock."""
# report: https://github.com/getsentry/sentry-python/issues/803
# design: threadpool/jobs
# prints: all cleaned up

import faulthandler
import gc

from jobs.threadpool_jobs import JobPool

faulthandler.dump_traceback_later(15, exit=True)


class Resource:
    def __init__(self) -> None:
        self.cycle = self

    def __del__(self) -> None:
        pool.submit(str)


gc.set_threshold(1)
with JobPool(1) as pool:
    for _ in range(20_000):
        Resource()
        pool.submit(str)
    gc.collect()
print("all cleaned up")
