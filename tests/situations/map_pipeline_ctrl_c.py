"""Two streams in a row, download and convert; Ctrl-C while a download hangs ends the program at once."""
# report: https://github.com/python/cpython/issues/86575
# design: threadpool/map
# prints: interrupted after less than 5 s: True

import os
import signal
import threading
import time
from contextlib import closing

from stream.threadpool_map import Ok, stream

signal.signal(signal.SIGINT, signal.default_int_handler)


def download(number: int) -> int:
    if number == 3:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        time.sleep(60)
    return number


began = time.monotonic()
try:
    with closing(stream(download, range(100), workers=2)) as downloads:
        numbers = (outcome.value for outcome in downloads if isinstance(outcome, Ok))
        with closing(stream(str, numbers, workers=2)) as texts:
            for _ in texts:
                pass
except KeyboardInterrupt:
    print("interrupted after less than 5 s:", time.monotonic() - began < 5, flush=True)
