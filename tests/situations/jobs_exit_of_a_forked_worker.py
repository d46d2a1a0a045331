"""A server makes a pool at import, forks its workers, as gunicorn --preload does, and a worker exits in order."""
# report: https://github.com/benoitc/gunicorn/issues/2706
# design: threadpool/jobs
# prints: a worker exited: 0

import os
import sys
import time

from jobs.threadpool_jobs import JobPool

pool = JobPool(2)
pool.submit(str, 1).result()
worker = os.fork()
if worker == 0:
    sys.exit(0)  # by the interpreter's exit, with all that is registered for it
deadline = time.monotonic() + 5
while (ended := os.waitpid(worker, os.WNOHANG))[0] == 0:
    if time.monotonic() > deadline:
        os.kill(worker, 9)
        sys.exit("the worker hangs as it exits")
    time.sleep(0.01)
print("a worker exited:", os.waitstatus_to_exitcode(ended[1]))
