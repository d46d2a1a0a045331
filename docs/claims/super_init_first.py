"""A subclass with a constructor calls the base class's first.

Without `super().__init__()` the thread cannot start.
"""

import threading


class Work(threading.Thread):
    def __init__(self, path: str) -> None:
        self.path = path


work = Work("a.txt")
try:
    work.start()
except RuntimeError as error:
    print(error)

# Prints:
# thread.__init__() not called
