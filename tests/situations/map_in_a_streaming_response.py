"""A web framework sends a stream as a response: each step runs in another thread, and the client leaves."""
# report: https://github.com/Kludex/starlette/pull/462
# design: threadpool/map
# prints: 50 items in order, from several threads: True
# prints: threads left: 0

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from stream.threadpool_map import Ok, stream

before = threading.active_count()
outcomes = stream(str, iter(range(10_000)), workers=4, ordered=True)
steps: list[str] = []
threads: set[int] = set()


def step() -> None:
    outcome = next(outcomes)
    assert isinstance(outcome, Ok)
    steps.append(outcome.value)
    threads.add(threading.get_ident())


for _ in range(25):
    for executor in (ThreadPoolExecutor(1), ThreadPoolExecutor(1)):
        executor.submit(step).result(timeout=10)
        executor.shutdown()
in_order = steps == [str(number) for number in range(50)]
print(len(steps), "items in order, from several threads:", in_order)
outcomes.close()  # in a thread that has read nothing of it
deadline = time.monotonic() + 5
while threading.active_count() > before and time.monotonic() < deadline:
    time.sleep(0.01)
print("threads left:", threading.active_count() - before)
