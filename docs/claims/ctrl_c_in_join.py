"""Up to Python 3.12, Ctrl-C during `join()` marks a thread that still runs as dead.

The next `join()` then returns at once. From 3.13 on it waits
([gh-90882](https://github.com/python/cpython/issues/90882)).
"""

import signal
import threading
import time

gate = threading.Event()


def work() -> None:
    time.sleep(0.3)  # by now the main thread is in join()
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    gate.wait()


signal.signal(signal.SIGINT, signal.default_int_handler)
thread = threading.Thread(target=work)
thread.start()
try:
    thread.join()
except KeyboardInterrupt:
    print("it waits for the gate; alive:", thread.is_alive())
threading.Timer(0.5, gate.set).start()
thread.join()
print("the next join() waited for it:", gate.is_set())

# Prints:
# it waits for the gate; alive: True
# the next join() waited for it: True

# Prints up to 3.12:
# it waits for the gate; alive: False
# the next join() waited for it: False
