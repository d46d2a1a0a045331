"""A consumer has to send a heartbeat in time, however many messages wait."""
# report: https://github.com/pika/pika/issues/93
# design: thread/service
# prints: heartbeats while 40 messages waited: in time

import time

from both.thread_service import Service


class Consumer(Service[int]):
    def setup(self) -> None:
        self.beats: list[float] = []

    def handle(self, message: int) -> None:
        time.sleep(0.02)

    def tick(self) -> None:
        self.beats.append(time.monotonic())


with Consumer(interval=0.1) as consumer:
    for number in range(40):
        consumer.send(number)
    while consumer.health().backlog:
        time.sleep(0.01)
    beats = list(consumer.beats)
    late = max(after - before for before, after in zip(beats, beats[1:]))
print("heartbeats while 40 messages waited:", "in time" if len(beats) >= 5 and late < 0.3 else (len(beats), late))
