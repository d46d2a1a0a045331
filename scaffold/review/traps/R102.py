"""The brackets call the function here and now; the thread is given what it returned, which is None."""

import threading


def work():
    print("runs in the main thread:", threading.current_thread() is threading.main_thread())


thread = threading.Thread(target=work())
thread.start()
thread.join()

thread = threading.Thread(target=work)
thread.start()
thread.join()

# Prints:
# runs in the main thread: True
# runs in the main thread: False
