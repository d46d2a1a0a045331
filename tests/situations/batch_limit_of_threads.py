"""The system has no room for another thread while a batch starts: those that run are waited for, the rest are named."""
# report: https://github.com/dgtlmoon/changedetection.io/issues/1993
# design: thread/batch
# prints: every thread accounted for: True, an error says why: True

import resource
import threading

from batch.thread_batch import BatchError, BatchThread, run_batch

hold = threading.Event()
ran: list[str] = []


class Wait(BatchThread):
    def work(self) -> None:
        hold.wait(0.5)
        ran.append(self.name)


with open("/proc/self/statm") as file:
    now = int(file.read().split()[0]) * resource.getpagesize()
threading.stack_size(64 << 20)
resource.setrlimit(resource.RLIMIT_AS, (now + (400 << 20), resource.RLIM_INFINITY))
batch = [Wait(name=str(number)) for number in range(20)]
try:
    run_batch(batch, workers=20)
except BatchError as group:
    accounted = {error.thread.name for error in group.exceptions} | set(ran) == {t.name for t in batch}
    why = any("start new thread" in str(error) for error in group.exceptions)
    print(f"every thread accounted for: {accounted}, an error says why: {why}")
