"""In uwsgi sys.executable is no Python: what starts a helper process by it starts the wrong program."""
# report: https://github.com/unbit/uwsgi/issues/2463
# design: threadpool/jobs
# limit: from Python 3.14 on a ThreadPool starts a helper; without set_executable() it may be a BrokenPipeError
# prints: 42

import sys

python, sys.executable = sys.executable, "/bin/false"

import multiprocessing

from jobs.threadpool_jobs import JobPool

multiprocessing.set_executable(python)
with JobPool(2) as pool:
    print(pool.submit(int, "42").result(timeout=10))
