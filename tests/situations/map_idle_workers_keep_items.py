"""Large images come from a slow source: while it is silent, those that were dealt with must not stay in memory."""
# report: https://github.com/agronholm/pythonfutures/issues/16
# design: threadpool/map
# prints: kept while the source is silent: 0

import gc
import time
import weakref
from collections.abc import Iterator

from stream.threadpool_map import stream


class Image:
    pass


images: list[weakref.ref[Image]] = []


def source() -> Iterator[Image]:
    for _ in range(40):  # each is handed out before the next is read, as the window is 1
        image = Image()
        images.append(weakref.ref(image))
        yield image
        del image
    deadline = time.monotonic() + 2
    while kept() and time.monotonic() < deadline:
        time.sleep(0.01)
    print("kept while the source is silent:", kept())
    yield Image()


def kept() -> int:
    gc.collect()
    return sum(image() is not None for image in images)


for outcome in stream(id, source(), workers=4, window=1):
    del outcome
