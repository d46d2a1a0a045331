"""`join(timeout)` returns None whether the thread has ended or not.

Only `is_alive()` tells; the thread goes on either way.
"""

import threading

gate = threading.Event()
thread = threading.Thread(target=gate.wait)
thread.start()
print("in vain:", thread.join(timeout=0.01), "alive:", thread.is_alive())
gate.set()
print("to the end:", thread.join(timeout=30), "alive:", thread.is_alive())

# Prints:
# in vain: None alive: True
# to the end: None alive: False
