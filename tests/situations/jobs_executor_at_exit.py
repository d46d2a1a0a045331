"""A pool is not closed, and a job that runs as the program ends uses an executor, as boto3's uploads do."""
# report: https://github.com/boto/boto3/issues/3113
# design: threadpool/jobs
# limit: executors are shut down before atexit's turn comes; close the pool, as `with` does, before the program ends
# prints: RuntimeError: cannot schedule new futures after interpreter shutdown

import time
from concurrent.futures import ThreadPoolExecutor

from jobs.threadpool_jobs import Job, JobPool

inner = ThreadPoolExecutor(1)


def upload() -> None:
    time.sleep(0.3)  # the program has ended
    inner.submit(str, "uploaded").result(timeout=10)


def report(job: Job[None]) -> None:
    error = job.exception()
    print(f"{type(error).__name__}: {error}", flush=True)


pool = JobPool(1)
pool.submit(upload).add_done_callback(report)
