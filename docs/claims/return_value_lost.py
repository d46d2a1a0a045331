"""What a Thread's function returns is thrown away.

A subclass can keep it in an instance variable; a pool hands it back.
"""

import threading
from multiprocessing.pool import ThreadPool

thread = threading.Thread(target=pow, args=(2, 10))
thread.start()
print("join() gives", thread.join())

with ThreadPool(1) as pool:
    print("get() gives", pool.apply_async(pow, (2, 10)).get())

# Prints:
# join() gives None
# get() gives 1024
