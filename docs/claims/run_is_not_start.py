"""`run()` in place of `start()` works in the caller's own thread.

Nothing fails, and nothing is in the background.
"""

import threading

names = []
thread = threading.Thread(target=lambda: names.append(threading.current_thread().name), name="background")
thread.run()
thread = threading.Thread(target=lambda: names.append(threading.current_thread().name), name="background")
thread.start()
thread.join()
print("run():", names[0])
print("start():", names[1])

# Prints:
# run(): MainThread
# start(): background
