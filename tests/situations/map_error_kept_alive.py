"""A call failed with much in its local variables; its error was dealt with and its outcome dropped."""
# report: https://github.com/python/cpython/issues/80111
# design: threadpool/map
# prints: kept after the outcome was dropped: False

import gc
import time
import weakref

from stream.threadpool_map import stream


class Table:
    pass


tables: list[weakref.ref[Table]] = []


def load(name: str) -> None:
    table = Table()
    tables.append(weakref.ref(table))
    raise ValueError("line 3")


gc.disable()  # what is in a cycle would be freed some time, not now
[outcome] = stream(load, ["a.csv"])
try:
    outcome.unwrap()
except ValueError:
    del outcome
deadline = time.monotonic() + 2
while tables[0]() is not None and time.monotonic() < deadline:
    time.sleep(0.01)
print("kept after the outcome was dropped:", tables[0]() is not None)
