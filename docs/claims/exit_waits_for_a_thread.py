"""A Thread that is not a daemon keeps the program alive until it ends.

That is the default, so one that never ends keeps the program from ever ending.
"""

import threading
import time


def work() -> None:
    threading.main_thread().join()
    time.sleep(0.1)
    print("the thread ends")


threading.Thread(target=work).start()
print("the main thread ends")

# Prints:
# the main thread ends
# the thread ends
