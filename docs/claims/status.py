"""An AsyncResult says how its task is doing: `ready()`, `successful()`, `wait()`, `get()`.

A Thread knows only whether it is alive, and not how it ended.
"""

import threading
from multiprocessing.pool import ThreadPool

gate = threading.Event()
with ThreadPool(1) as pool:
    result = pool.apply_async(gate.wait)
    print("ready:", result.ready())
    try:
        result.successful()
    except ValueError:
        print("successful: not to be asked before the end")
    gate.set()
    result.wait()
    print("ready:", result.ready(), "successful:", result.successful())

thread = threading.Thread(target=gate.wait)
thread.start()
thread.join()
print("alive:", thread.is_alive())

# Prints:
# ready: False
# successful: not to be asked before the end
# ready: True successful: True
# alive: False
