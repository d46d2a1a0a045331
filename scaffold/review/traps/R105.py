"""run() is a function like any other: no thread is started, and whoever calls it waits until it is done."""

import threading


def work():
    print("runs in the main thread:", threading.current_thread() is threading.main_thread())


worker = threading.Thread(target=work)
worker.run()

started = threading.Thread(target=work)
started.start()
started.join()

# Prints:
# runs in the main thread: True
# runs in the main thread: False
