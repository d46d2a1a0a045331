"""`_target` is where Thread keeps what it is to run, and deletes it after that: free only beside an own run()."""

import threading


class Job(threading.Thread):
    def __init__(self, target):
        super().__init__()
        self._target = target

    def run(self):
        super().run()


job = Job(lambda: print("runs"))
job.start()
job.join()
print("it is still there:", hasattr(job, "_target"))

# Prints:
# runs
# it is still there: False
