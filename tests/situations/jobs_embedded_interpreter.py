"""In uwsgi sys.executable is no Python: what starts a helper process by it starts the wrong program."""
# report: https://github.com/unbit/uwsgi/issues/2463
# design: threadpool/jobs
# prints: 42

import sys

sys.executable = "/bin/false"

from jobs.threadpool_jobs import JobPool

with JobPool(2) as pool:
    print(pool.submit(int, "42").result(timeout=10))
