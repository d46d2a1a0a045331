"""A signal handler raises an error when the time is up, as Celery's soft time limit does, while threads are started."""
# report: https://github.com/celery/celery/issues/6873
# design: thread/batch
# prints: swallowed 0 times of 50

import os
import random
import signal
import time

from batch.thread_batch import BatchError, BatchThread, run_batch


class SoftTimeLimitExceeded(Exception):
    pass


class Quick(BatchThread):
    def work(self) -> None:
        pass


def time_is_up(number: int, frame: object) -> None:
    raise SoftTimeLimitExceeded


signal.signal(signal.SIGALRM, time_is_up)
rng = random.Random(1)
swallowed = 0
for _ in range(50):
    batch = [Quick() for _ in range(500)]
    try:
        signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.001, 0.02))
        run_batch(batch, workers=4)
        time.sleep(1)  # it was over before the time
    except BatchError:
        swallowed += 1
    except (SoftTimeLimitExceeded, KeyError):  # KeyError: threading's own, if it is hit within Thread.start()
        pass
print(f"swallowed {swallowed} times of 50")
os._exit(0)  # a thread whose start() was hit may be waited for in vain by threading itself
