"""A signal handler raises an error when the time is up, as Celery's soft time limit does, while results are awaited."""
# report: https://github.com/celery/celery/issues/6873
# design: threadpool/map
# prints: stopped after less than 2 s: True

import signal
import time

from stream.threadpool_map import stream


class SoftTimeLimitExceeded(Exception):
    pass


def time_is_up(number: int, frame: object) -> None:
    raise SoftTimeLimitExceeded


def work(number: int) -> int:
    time.sleep(0.5)
    return number


signal.signal(signal.SIGALRM, time_is_up)
signal.setitimer(signal.ITIMER_REAL, 0.7)
began = time.monotonic()
seen = 0
try:
    for _ in stream(work, iter(range(100)), workers=2):
        seen += 1
except SoftTimeLimitExceeded:
    print("stopped after less than 2 s:", time.monotonic() - began < 2)
