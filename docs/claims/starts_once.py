"""A Thread starts once.

For another run, also for another try, make a new instance.
"""

import threading

thread = threading.Thread(target=print, args=("runs",))
thread.start()
thread.join()
try:
    thread.start()
except RuntimeError as error:
    print(error)

# Prints:
# runs
# threads can only be started once
