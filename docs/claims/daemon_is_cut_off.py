"""A daemon thread is cut off at the end of the program: not even its `finally` runs.

Files stay half written. Use daemons only where that does no harm.
"""

import threading
import time

started = threading.Event()


def work() -> None:
    try:
        started.set()
        time.sleep(5)
    finally:
        print("the daemon tidies up")


threading.Thread(target=work, daemon=True).start()
started.wait()
print("the program ends")

# Prints:
# the program ends
