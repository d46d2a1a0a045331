"""Several threads take their work from one stream, which is a generator."""
# report: https://github.com/meraki-analytics/cassiopeia/issues/231
# design: threadpool/map
# limit: a generator is for one thread at a time, and says so
# only with a GIL: up to Python 3.14 nothing keeps a generator from being run by two threads
# prints: 1000 taken, each once
# prints: generator already executing

import threading
import time

from stream.threadpool_map import Ok, stream

taken: list[int] = []
refused: set[str] = set()
outcomes = stream(lambda number: time.sleep(0.0005) or number, range(1000), workers=4)


def consume() -> None:
    while True:
        try:
            outcome = next(outcomes)
        except StopIteration:
            return
        except ValueError as error:  # another thread is in it
            refused.add(str(error))
            time.sleep(0.0001)
        else:
            assert isinstance(outcome, Ok)
            taken.append(outcome.value)


consumers = [threading.Thread(target=consume) for _ in range(4)]
for consumer in consumers:
    consumer.start()
for consumer in consumers:
    consumer.join(10)
print(len(set(taken)), "taken, each once" if len(set(taken)) == len(taken) else "taken")
print(*refused)
