"""A filter of the application's logging raises while a callback's error is being logged in a worker."""
# report: https://github.com/getlogbook/logbook/pull/33
# design: threadpool/jobs
# prints: 2 jobs came

import logging
from itertools import islice

from jobs.threadpool_jobs import JobPool, as_completed


def needs_a_request(record: logging.LogRecord) -> bool:
    raise RuntimeError("working outside of request context")


logging.basicConfig()
logging.getLogger().handlers[0].addFilter(needs_a_request)
pool = JobPool(1)
first = pool.submit(str, 1)
first.add_done_callback(lambda job: 1 / 0)
second = pool.submit(str, 2)
if not second.wait(5):
    print("the worker died with the callback's error")
print(sum(job.wait(1) for job in (first, second)), "jobs came")
