"""A handler of SIGTERM closes the pool, and the signal comes while submit() holds the pool's lock."""
# report: https://github.com/python/cpython/issues/121649
# design: threadpool/jobs
# prints: ended in order

import faulthandler
import os
import signal
import sys
import threading
import time

from jobs.threadpool_jobs import JobPool

faulthandler.dump_traceback_later(10, exit=True)


def terminate(number: int, frame: object) -> None:
    sys.exit("terminated")  # not pool.close(): the frame that was interrupted may hold its lock


signal.signal(signal.SIGTERM, terminate)
pid = os.getpid()
threading.Timer(0.3, os.kill, (pid, signal.SIGTERM)).start()
try:
    with JobPool(2) as pool:
        while True:
            pool.submit(str, 1)
            time.sleep(0)
except SystemExit:
    print("ended in order")
