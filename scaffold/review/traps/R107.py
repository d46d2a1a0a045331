"""`_started` is Thread's own, an Event: start() asks it whether the thread has been started before."""

import threading


class Job(threading.Thread):
    def __init__(self):
        super().__init__()
        self._started = False


try:
    Job().start()
except AttributeError as error:
    print(error)


class Work(threading.Thread):
    def __init__(self):
        super().__init__()
        self.began = False

    def run(self):
        self.began = True


work = Work()
work.start()
work.join()
print("began:", work.began)

# Prints:
# 'bool' object has no attribute 'is_set'
# began: True
