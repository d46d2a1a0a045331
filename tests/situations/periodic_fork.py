"""A server starts a periodic service at import and forks its workers: what does a worker see of it?"""
# report: https://github.com/benoitc/gunicorn/issues/1666
# design: thread/service
# prints: in a worker: running False

import os
import sys

from periodic.thread_service import Service


class Poll(Service[int]):
    def tick(self) -> int:
        return 1


poll = Poll(interval=0.05)
poll.start()
worker = os.fork()
if worker == 0:
    print("in a worker: running", poll.health().state == "running", flush=True)
    sys.exit(0)
os.waitpid(worker, 0)
poll.stop()
