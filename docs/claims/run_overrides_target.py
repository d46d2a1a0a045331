"""A subclass with a `run()` of its own ignores `target`.

Choose one of the two: pass a function, or extend Thread and override `run(self)`.
"""

import threading


class Work(threading.Thread):
    def run(self) -> None:
        print("run() of the subclass")


work = Work(target=print, args=("the target",))
work.start()
work.join()

# Prints:
# run() of the subclass
