"""A watchdog kills the thread of a call that hangs by an asynchronous SystemExit, as recipes recommend."""
# report: https://github.com/dask/distributed/pull/4726
# design: threadpool/map
# only with a GIL: 3.13t does not deliver the exception
# prints: 1 failed by SystemExit, 9 done

import ctypes
import threading
import time

from stream.threadpool_map import Failed, stream


def work(number: int) -> int:
    if number == 3:
        ident = ctypes.c_ulong(threading.get_ident())
        exit_ = ctypes.py_object(SystemExit)
        threading.Timer(0.2, ctypes.pythonapi.PyThreadState_SetAsyncExc, (ident, exit_)).start()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            time.sleep(0.01)
    return number


outcomes = list(stream(work, range(10), workers=2))
failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
print(len(failed), "failed by", type(failed[0].error).__name__ + ",", len(outcomes) - len(failed), "done")
